/* What a discriminator's field says at its points: its scale, its slope, and where it pushes samples. */

export const ARROW_CELLS = 12; // per side of a large picture; each holds one arrow at most

/** The median of the finite numbers, 0 if there are none. */
export function median(numbers) {
  const finite = Float32Array.from(numbers.filter(Number.isFinite)).sort();
  return finite.length ? finite[finite.length >> 1] : 0;
}

/** The field's value and gradient at a point, by bilinear interpolation; null outside. */
export function gradientAt(field, grid, extent, x, y) {
  const [x0, x1, y0, y1] = extent;
  const across = (x1 - x0) / (grid - 1);
  const up = (y1 - y0) / (grid - 1);
  const column = (x - x0) / across;
  const row = (y - y0) / up;
  if (!(column >= 0 && row >= 0 && column <= grid - 1 && row <= grid - 1)) return null;
  const i = Math.min(Math.floor(row), grid - 2);
  const j = Math.min(Math.floor(column), grid - 2);
  const [t, s] = [row - i, column - j];
  const at = i * grid + j;
  const [a, b, c, d] = [field[at], field[at + 1], field[at + grid], field[at + grid + 1]];
  return {
    value: (1 - t) * ((1 - s) * a + s * b) + t * ((1 - s) * c + s * d),
    dx: ((1 - t) * (b - a) + t * (d - c)) / across,
    dy: ((1 - s) * (c - a) + s * (d - b)) / up,
  };
}

/** The field on a grid that is `times` as fine, by Catmull-Rom's cubics, which go through its points:
    {values, side}. Beyond an edge the field is taken to go on as it did. */
export function finer(field, grid, times) {
  const side = (grid - 1) * times + 1;
  const rows = new Float32Array(grid * side);
  for (let row = 0; row < grid; row += 1) refine(field, row * grid, 1, grid, times, rows, row * side, 1);
  const values = new Float32Array(side * side);
  for (let column = 0; column < side; column += 1) refine(rows, column, side, grid, times, values, column, side);
  return { values, side };
}

/** One line of `count` numbers, `stride` apart, as a finer one into `to`. */
function refine(from, start, stride, count, times, to, toStart, toStride) {
  const at = (n) => {
    if (n < 0) return 2 * from[start] - from[start + stride];
    if (n >= count) return 2 * from[start + (count - 1) * stride] - from[start + (count - 2) * stride];
    return from[start + n * stride];
  };
  for (let n = 0; n < count; n += 1) {
    const [a, b, c, d] = [at(n - 1), at(n), at(n + 1), at(n + 2)];
    const steps = n < count - 1 ? times : 1;
    for (let step = 0; step < steps; step += 1) {
      const t = step / times;
      const bent = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
      to[toStart + (n * times + step) * toStride] = step ? bent : b;
    }
  }
}

/** The field's value at a point; NaN outside. */
export const valueAt = (field, grid, extent, x, y) => gradientAt(field, grid, extent, x, y)?.value ?? NaN;

const sigmoid = (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

/** Minus the derivative of the generator's loss by the logit, as the objective declares it: that
    times the field's gradient is the way a fake is pushed. */
export const uphillOf =
  ({ constant, linear, height, steepness }) =>
  (logit) =>
    constant + linear * logit + height * sigmoid(steepness * logit);

/** How hard some of the samples are pushed, in x, y, dx, dy: one in each cell of the picture that
    holds any, so that arrows stay apart where the samples crowd. */
export function pushesOn(samples, field, grid, extent, uphill, cells = ARROW_CELLS) {
  const [x0, x1, y0, y1] = extent;
  const taken = new Uint8Array(cells * cells);
  const pushes = [];
  for (let n = 0; n + 1 < samples.length; n += 2) {
    const [x, y] = [samples[n], samples[n + 1]];
    if (!(x > x0 && x < x1 && y > y0 && y < y1)) continue;
    const column = Math.floor((cells * (x - x0)) / (x1 - x0));
    const cell = column + cells * Math.floor((cells * (y - y0)) / (y1 - y0));
    if (taken[cell]) continue;
    taken[cell] = 1;
    const slope = gradientAt(field, grid, extent, x, y);
    if (!slope || !Number.isFinite(slope.dx + slope.dy + slope.value)) continue;
    const weight = uphill(slope.value);
    pushes.push([x, y, weight * slope.dx, weight * slope.dy]);
  }
  return pushes;
}

/** The length that all but the longest tenth of some pushes stay below. */
export function typicalPush(pushes) {
  const lengths = pushes.map((push) => Math.hypot(push[2], push[3])).sort((a, b) => a - b);
  return lengths.length ? lengths[Math.floor(0.9 * (lengths.length - 1))] : 0;
}

/** The distance from the middle that nine tenths of the field stay within. */
export function fieldSpread(field, middle) {
  const offsets = Float32Array.from(field, (value) => Math.abs(value - middle))
    .filter(Number.isFinite)
    .sort();
  return (offsets.length && offsets[Math.floor(0.9 * (offsets.length - 1))]) || 1;
}
