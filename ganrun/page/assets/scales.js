/* The ends of a chart's axis, and the round numbers along it. */

/** Limits that hold all anchors and nearly all values; a spike far above may leave the chart. */
export function robustLimits(values, anchors) {
  const seen = [...anchors];
  if (values.length) {
    const sorted = Float64Array.from(values).sort();
    const at = (share) => sorted[Math.round(share * (sorted.length - 1))];
    const reach = 2 * (at(0.9) - at(0.1));
    seen.push(Math.max(sorted[0], at(0.1) - reach));
    seen.push(Math.min(sorted[sorted.length - 1], at(0.9) + reach));
  }
  if (!seen.length) return [0, 1];
  const low = Math.min(...seen);
  const high = Math.max(...seen);
  const room = 0.07 * (high - low) || 0.07 * Math.max(Math.abs(high), 1);
  return [low === 0 ? 0 : low - room, high + room];
}

/** Limits of a logarithmic axis, with room around the positive values. */
export function logLimits(values) {
  const positive = values.filter((value) => value > 0);
  if (!positive.length) return [0.1, 1];
  const low = positive.reduce((a, b) => Math.min(a, b));
  const high = positive.reduce((a, b) => Math.max(a, b));
  return [low / 1.4, high * 1.4];
}

/** Which of some rising numbers is nearest to one; of two as near the first. */
export function nearestIndex(numbers, wanted) {
  const nearer = (one, other) => Math.abs(numbers[one] - wanted) < Math.abs(numbers[other] - wanted);
  return numbers.reduce((best, _, index) => (nearer(index, best) ? index : best), 0);
}

/** Some `count` round numbers between two. */
export function evenTicks(low, high, count) {
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].find((factor) => factor * power >= raw * 0.999) * power;
  const ticks = [];
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + 1e-9 * step; n += 1) {
    ticks.push(n * step);
  }
  return ticks;
}

/** Powers of ten between two numbers, at most four; with 2 and 5 where there would be one. */
export function decades(low, high) {
  const ticks = [];
  for (let n = Math.floor(Math.log10(low)); 10 ** n <= high; n += 1) {
    const few = Math.log10(high / low) < 1.6;
    for (const factor of few ? [1, 2, 5] : [1]) {
      const tick = factor * 10 ** n;
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  const every = Math.ceil(ticks.length / 4);
  return ticks.filter((_, index) => index % every === 0);
}

const LABEL_LIFT = 8; // CSS pixels from a line to the middle of its name
const LABEL_GAP = 15; // between the middles of two names

/** Where the names of level lines stand, for lines at such heights from above: each over its line,
    under one at the plot's top, and none upon another. */
export function labelPlaces(heights, [top, bottom]) {
  const wanted = heights.map((at) => (at > top + 2 * LABEL_LIFT ? at - LABEL_LIFT : at + LABEL_LIFT + 1));
  const places = [...wanted];
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a] - wanted[b] || a - b);
  order.slice(1).forEach((index, before) => {
    places[index] = Math.max(places[index], places[order[before]] + LABEL_GAP);
  });
  const over = Math.max(0, ...places.map((at) => at + LABEL_LIFT - bottom));
  return places.map((at) => at - over);
}
