/* Real points of a mixture, drawn from a key as `ganrun.game.targets` draws them. */

import { foldIn, wholeNumbers } from "./draws.js";
import { normal, uniform } from "./initializers.js";

const { fround } = Math;

/* What is needed to draw from a mixture (`mixture.js`): its Gaussians by columns, or its points. */
export function drawable({ gaussians, points }) {
  const column = (rows, index) => Float32Array.from(rows, (row) => row[index]);
  const [keep, alias] = aliasTable(gaussians.weights);
  return {
    points,
    x: column(gaussians.means, 0),
    y: column(gaussians.means, 1),
    a: column(gaussians.cholesky, 0),
    b: column(gaussians.cholesky, 1),
    c: column(gaussians.cholesky, 2),
    keep,
    alias,
  };
}

/* Walker's alias table (Vose 1991): having drawn one, keep it with probability `keep`, else take `alias`. */
function aliasTable(weights) {
  const total = weights.reduce((sum, one) => sum + one, 0);
  const scaled = weights.map((one) => (one * weights.length) / total);
  const [keep, alias] = [new Float32Array(weights.length).fill(1), Int32Array.from(weights.keys())];
  const small = [...scaled.keys()].filter((k) => scaled[k] < 1);
  const large = [...scaled.keys()].filter((k) => scaled[k] >= 1);
  while (small.length && large.length) {
    const [poor, rich] = [small.pop(), large.pop()];
    keep[poor] = scaled[poor];
    alias[poor] = rich;
    scaled[rich] -= 1 - scaled[poor];
    (scaled[rich] < 1 ? small : large).push(rich);
  }
  return [keep, alias];
}

/* Points of a target: of numbers that say which mode, [N], and standard normal ones, [2 N], into `out`. */
function place(target, which, noise, out, count, start) {
  const modes = target.x.length;
  for (let i = 0; i < count; i += 1) {
    const scaled = fround(which[i] * modes);
    const first = Math.min(Math.trunc(scaled), modes - 1);
    const mode = fround(scaled - first) < target.keep[first] ? first : target.alias[first];
    const [u, v] = [noise[i], noise[count + i]];
    out[start + 2 * i] = target.x[mode] + target.a[mode] * u;
    out[start + 2 * i + 1] = target.y[mode] + (target.b[mode] * u + target.c[mode] * v);
  }
}

/* So many points of a key into `out`, from number `start` on: fresh ones, or some of those that are given.
 * `draw` = {uniform(key, count), normal(key, count)} gives arrays of numbers. */
function sampled(target, draw, key, count, out, start = 0) {
  const { points } = target;
  if (!points) place(target, draw.uniform(foldIn(key, 0), count), draw.normal(foldIn(key, 1), 2 * count), out, count, start);
  else wholeNumbers(key, count, points.length / 2).forEach((which, i) => out.set(points.subarray(2 * which, 2 * which + 2), start + 2 * i));
}

/* Points that nobody has seen. */
export const fresh = ({ target, draw, key, count, out }) => sampled(target, draw, key, count, out);

/* Points of a fixed set of `size`, of which each is made anew by its number. */
export function pool({ target, key, count, out, size, poolKey }) {
  const few = { uniform: (own, length) => uniform(own, length), normal };
  wholeNumbers(key, count, size).forEach((number, i) => sampled(target, few, foldIn(poolKey, number), 1, out, 2 * i));
}

export const DATA = { fresh, pool };
