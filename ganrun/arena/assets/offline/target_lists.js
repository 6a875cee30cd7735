/* The lists in a target that is drawn by hand, or has weights: see that they are what they should be. */

import { mixtureOf } from "../engine/mixture.js";

const isNumbers = (list, length) => Array.isArray(list) && list.length === length && list.every((one) => Number.isFinite(one));
const arePositive = (list, length) => isNumbers(list, length) && list.every((one) => one > 0);

/* What is wrong with them: [field, words]; null if nothing is. */
export function faultOfLists({ means, stds, covariances, weights, ...others }) {
  if (means !== undefined) {
    const fault = faultOfModes(means, stds, covariances);
    if (fault) return fault;
  }
  if (!weights) return null;
  const modes = means?.length ?? mixtureOf({ ...others, weights: null }).means.length;
  return arePositive(weights, modes) ? null : ["target.weights", `must be positive, one for each of ${modes} modes`];
}

function faultOfModes(means, stds, covariances) {
  const arePlaces = Array.isArray(means) && means.length > 0 && means.every((one) => isNumbers(one, 2));
  if (!arePlaces) return ["target.means", "must be places [x, y]"];
  if (stds && covariances) return ["target.covariances", "give either stds or covariances, not both"];
  if (!stds && !covariances) return ["target.stds", "give the modes stds or covariances"];
  if (stds) return arePositive(stds, means.length) ? null : ["target.stds", "must be positive, one per mode"];
  const areEllipses = covariances.length === means.length && covariances.every(isCovariance);
  return areEllipses ? null : ["target.covariances", "must be matrices of ellipses, one per mode"];
}

function isCovariance(matrix) {
  if (!Array.isArray(matrix) || matrix.length !== 2 || !matrix.every((row) => isNumbers(row, 2))) return false;
  const [[xx, xy], [yx, yy]] = matrix;
  return xy === yx && xx > 0 && xx * yy > xy * xy;
}
