/* The target's truth: modes with means, covariances and weights, and how pages draw them. */

import { CHAINS, GAUSSIAN, beadStd } from "./layouts.js";
import { outlineOf } from "./outlines.js";

export const HIGH_QUALITY_DISTANCE = 3; // Mahalanobis distance within which a sample is of a mode
const STRAY = 1.35; // room around the means in a window, and stds beside that
const STDS = 6;

const normed = (weights) => {
  const total = weights.reduce((sum, one) => sum + one, 0);
  return weights.map((one) => one / total);
};

const round = (std) => [std * std, 0, std * std];

/* The mixture of a config's `target`: {means [[x, y]], covariances [[xx, xy, yy]], weights, gaussians,
 * owner, points}: `gaussians` are what it is made of, the modes or their beads, `owner` says whose each is,
 * and `points` [2 N] are given ones that real points are drawn from, if they are.
 * Of a chain, mean and covariance are those of the bead in its middle. */
export function mixtureOf(target) {
  const chains = CHAINS[target.layout]?.(target);
  const means = chains ? chains.map((chain) => chain[Math.floor(chain.length / 2)]) : GAUSSIAN[target.layout](target);
  const covariances = chains ? means.map(() => round(beadStd(target))) : covariancesOf(target, means.length);
  const weights = normed(target.weights ?? means.map(() => 1));
  const modes = { means, covariances, weights };
  const gaussians = chains ? beadsOf(chains, covariances[0], weights) : modes;
  const points = target.points && target.draw === "points" ? unpacked(target.points) : null;
  const owner = chains ? chains.flatMap((chain, mode) => chain.map(() => mode)) : null;
  return { ...modes, owner, points, gaussians: { ...gaussians, cholesky: gaussians.covariances.map(choleskyOf) } };
}

/* Points as a config holds them: float32 in base64, as addresses write it. */
function unpacked(word) {
  const bytes = Uint8Array.from(atob(word.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

function covariancesOf({ covariances, stds, std }, modes) {
  if (covariances) return covariances.map(([[xx, xy], [, yy]]) => [xx, xy, yy]);
  return Array.from({ length: modes }, (_, k) => round(stds ? stds[k] : std));
}

function beadsOf(chains, covariance, weights) {
  const means = chains.flat();
  return {
    means,
    covariances: means.map(() => covariance),
    weights: chains.flatMap((chain, mode) => chain.map(() => weights[mode] / chain.length)),
  };
}

function choleskyOf([xx, xy, yy]) {
  const a = Math.sqrt(xx);
  const b = xy / a;
  return [a, b, Math.sqrt(yy - b * b)];
}

/* The larger and the smaller variance along a covariance's axes, and the angle of the larger. */
function axesOf([xx, xy, yy]) {
  const [middle, apart] = [(xx + yy) / 2, Math.hypot((xx - yy) / 2, xy)];
  const angle = xy === 0 && xx === yy ? Math.PI / 2 : 0.5 * Math.atan2(2 * xy, xx - yy);
  return { variances: [middle + apart, middle - apart], angle };
}

/* Half the widths of all modes along both of their axes. */
export const stdsOf = ({ covariances }) => covariances.flatMap((one) => axesOf(one).variances.map(Math.sqrt));

/* A square window [x_min, x_max, y_min, y_max] around the modes. */
export function extentOf({ gaussians: { means, covariances } }) {
  const ends = [0, 1].map((axis) => {
    const along = means.map((mean) => mean[axis]);
    return [Math.min(...along), Math.max(...along)];
  });
  const widest = Math.max(...covariances.map((one) => Math.sqrt(axesOf(one).variances[0])));
  const half = (STRAY * Math.max(...ends.map(([low, high]) => high - low))) / 2 + STDS * widest;
  return ends.flatMap(([low, high]) => [(low + high) / 2 - half, (low + high) / 2 + half]);
}

/* Each mode as a page draws it: its ellipse at 3 std, and around a chain its outline. */
export function drawnModes(mixture) {
  return mixture.means.map(([x, y], mode) => {
    const { variances, angle } = axesOf(mixture.covariances[mode]);
    const [rx, ry] = variances.map((one) => HIGH_QUALITY_DISTANCE * Math.sqrt(one));
    const ellipse = { x, y, rx, ry, angle, weight: mixture.weights[mode] };
    return mixture.owner ? { ...ellipse, outline: outlineOf(mixture, mode) } : ellipse;
  });
}
