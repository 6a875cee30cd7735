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
