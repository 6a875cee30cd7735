/* The first weights of a network, as `jax.nn.initializers` draws them from the same keys. */

import { words } from "./draws.js";
import { CENTRE, TAIL } from "./vectors.js";

const { fround } = Math;

/* The inverse error function, one number at a time; see `vectors.js`. */
function inverseError(x) {
  const w = -Math.log1p(-x * x);
  const [from, numbers] = w < 5 ? [w - 2.5, CENTRE] : [Math.sqrt(w) - 3, TAIL];
  return x * numbers.reduce((sum, one) => sum * from + one, 0);
}

/* So many float32 numbers, uniform between two. */
export function uniform(key, count, low = 0, high = 1) {
  const [least, span] = [fround(low), fround(fround(high) - fround(low))];
  return Float32Array.from(words(key, count), (word) => Math.max(least, fround(fround((word >>> 9) * 2 ** -23 * span) + least)));
}

/* So many standard normal numbers. */
export const normal = (key, count) => uniform(key, count, -(1 - 2 ** -24), 1).map((one) => Math.SQRT2 * inverseError(one));

const WITHIN_TWO = 0.9544997361036416; // of a normal number: its share within 2 std
const STD_WITHIN_TWO = 0.8796256610342398; // the std of one that is cut off there

const truncated = (key, count, variance) => {
  const std = Math.sqrt(variance) / STD_WITHIN_TWO;
  return uniform(key, count, -WITHIN_TWO, WITHIN_TWO).map((one) => std * Math.max(-2, Math.min(2, Math.SQRT2 * inverseError(one))));
};

const even = (key, count, variance) => uniform(key, count, -1, 1).map((one) => one * Math.sqrt(3 * variance));

/* Orthonormal columns (or rows, where there are fewer), by Gram and Schmidt. */
function orthogonal(key, rows, columns) {
  const [many, few] = [Math.max(rows, columns), Math.min(rows, columns)];
  const drawn = normal(key, many * few);
  const basis = Array.from({ length: few }, (_, j) => Float64Array.from(drawn.filter((_one, index) => index % few === j)));
  basis.forEach((one, j) => {
    for (const other of basis.slice(0, j)) {
      const share = one.reduce((sum, value, i) => sum + value * other[i], 0);
      one.forEach((value, i) => (one[i] = value - share * other[i]));
    }
    const length = Math.hypot(...one);
    one.forEach((value, i) => (one[i] = value / length));
  });
  const at = rows >= columns ? (i, j) => basis[j][i] : (i, j) => basis[i][j];
  return Float32Array.from({ length: rows * columns }, (_, index) => at(Math.floor(index / columns), index % columns));
}

const scaled = (draw, factor, fan) => (key, rows, columns) => draw(key, rows * columns, factor / fan(rows, columns));
const fanIn = (rows) => rows;
const fanMean = (rows, columns) => (rows + columns) / 2;

/* Each of (key, rows, columns), where rows are the layer's inputs. */
export const INITIALIZERS = {
  lecun_normal: scaled(truncated, 1, fanIn),
  lecun_uniform: scaled(even, 1, fanIn),
  he_normal: scaled(truncated, 2, fanIn),
  he_uniform: scaled(even, 2, fanIn),
  glorot_normal: scaled(truncated, 1, fanMean),
  glorot_uniform: scaled(even, 1, fanMean),
  orthogonal,
  normal: (key, rows, columns) => normal(key, rows * columns).map((one) => 0.02 * one),
  torch: scaled(even, 1 / 3, fanIn),
};

/* Each of (key, the layer's inputs, its outputs). */
export const BIAS_INITIALIZERS = {
  zeros: (key, inputs, outputs) => new Float32Array(outputs),
  torch: (key, inputs, outputs) => uniform(key, outputs, -1 / Math.sqrt(inputs), 1 / Math.sqrt(inputs)),
};
