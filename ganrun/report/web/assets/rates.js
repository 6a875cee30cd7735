/* Means and rates of groups of trials, with intervals: the rule of `ganrun/influence/rates.py`, whose
   numbers come with the page's data. A test holds both to one table of cases. */

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** [low, high] of a mean in [0, 1] over so many trials, `width` the square of the quantile times the
    design effect over the trials. */
function scoreInterval(mean, width, correction) {
  const lowest = (at) => {
    const start = at - correction;
    if (start <= 0) return 0;
    const root = Math.sqrt(width ** 2 + 4 * width * start * (1 - start));
    return Math.max((2 * start + width - root) / (2 * (1 + width)), 0);
  };
  return [lowest(mean), 1 - lowest(1 - mean)];
}

/** Deviations of a group's trials from their cells' means, summed by seed; squares and freedom. */
function deviations({ trials, values, mean }, seeds) {
  const cells = new Map();
  trials.forEach((trial, n) => {
    const cell = Math.floor(trial / seeds);
    cells.set(cell, [...(cells.get(cell) || []), values[n]]);
  });
  const bySeed = new Array(seeds).fill(0);
  let squares = 0;
  let free = 0;
  trials.forEach((trial, n) => {
    const cell = cells.get(Math.floor(trial / seeds));
    const number = cell.length;
    const stretch = Math.sqrt(number / (number - 1));
    const deviation =
      number > 1 ? (values[n] - sum(cell) / number) * stretch : values[n] - mean;
    bySeed[trial % seeds] += deviation;
    squares += deviation ** 2;
    free += 1 - 1 / number;
  });
  return { bySeed, squares, free };
}

/** Satterthwaite's effective number of independent columns; `rows` hold a seed's numbers each. */
function effectiveDimensions(rows, most) {
  const n = rows.length - 1;
  const gram = rows.map((one) => rows.map((other) => sum(one.map((x, i) => x * other[i]))));
  const trace = sum(gram.map((row, i) => row[i])) / n;
  let square = sum(gram.flat().map((x) => x ** 2)) / n ** 2 - trace ** 2 / n;
  if (n > 1) square *= n ** 2 / ((n + 2) * (n - 1));
  return square > 0 ? Math.min(Math.max(trace ** 2 / square, 1), most) : most;
}

/** Student's quantile with the degrees of freedom of what seeds have in common in all groups. */
function quantileOf(groups, seeds, rule) {
  const present = new Set(groups.flatMap(({ trials }) => trials.map((trial) => trial % seeds)));
  const pairs = sum(groups.map(({ trials }) => new Set(trials.map((one) => one % seeds)).size));
  const each = sum(groups.map(({ trials }) => trials.length)) / Math.max(pairs, 1);
  if (present.size < 2 || each <= 1) return rule.normal;
  const last = Math.max(...present) + 1;
  const rows = Array.from({ length: last }, (_, seed) => groups.map((one) => one.bySeed[seed]));
  const dimensions = effectiveDimensions(rows, groups.length);
  const freedom = ((present.size - 1) * dimensions * each) / (each - 1);
  return rule.student[Math.max(Math.floor(freedom), 1) - 1] || rule.normal;
}

/** {trials, sum, value, low, high} of an outcome in every group of trials that stand beside each
    other; a trial's seed is the remainder of its number. Without two seeds there is no interval. */
export function ratesOf(outcome, groups, seeds, rule) {
  const most = outcome.most;
  const found = groups.map((group) => {
    const trials = group.filter((trial) => outcome.values[trial] !== null);
    const values = trials.map((trial) => outcome.values[trial] / most);
    const one = { trials, values, mean: sum(values) / trials.length };
    return { ...one, ...deviations(one, seeds) };
  });
  const ofMean = (total, { trials }) => total / Math.max(trials.length, 1) ** 2;
  const luck = found.map((one) => ofMean(one.squares, one));
  const inCommon = found.map((one) => ofMean(sum(one.bySeed.map((x) => x ** 2)), one));
  const quantile = quantileOf(found, seeds, rule);
  const seedsAdd = Math.max(
    sum(luck) > 0 ? sum(inCommon) / sum(luck) : 1,
    rule.leastOfLuck * (rule.normal / quantile) ** 2,
  );
  const alike = found.map(({ trials, mean }) =>
    trials.length ? (mean * (1 - mean)) / Math.max(trials.length - 1, 1) : 0,
  );
  const pooled = sum(alike) > 0 ? sum(luck) / sum(alike) : 1;
  const guess = Math.min(Math.max(pooled, 1 / most), 1);
  return found.map(({ trials, mean, free }, n) => {
    const count = trials.length;
    if (!count) return { trials: 0, sum: 0, value: null, low: null, high: null };
    const total = sum(trials.map((trial) => outcome.values[trial]));
    const numbers = { trials: count, sum: total, value: total / count };
    const present = new Set(trials.map((trial) => trial % seeds)).size;
    if (present < 2) return { ...numbers, low: null, high: null };
    const weight = alike[n] > 0 ? free : 0;
    const own = alike[n] > 0 ? luck[n] / alike[n] : 0;
    const cellsTake =
      (weight * own + rule.priorTrials * guess) / (weight + rule.priorTrials);
    const effect = seedsAdd * cellsTake;
    const width = Math.min((quantile ** 2 * effect) / count, rule.normal ** 2 / present);
    const [low, high] = scoreInterval(mean, width, rule.correction / (count * most));
    return { ...numbers, low: low * most, high: high * most };
  });
}
