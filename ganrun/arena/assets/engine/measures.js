/* How samples lie beside the modes: `ganrun.measure.evaluation`, with the same rule of what is covered. */

import { HIGH_QUALITY_DISTANCE } from "./mixture.js";

const LARGEST = 1e12; // a coordinate beyond this counts as not finite
const COVERED_FRACTION = 1 / 5;
const SLACK = 1e-5; // so that exactly a fifth of the weight is covered

/* Every metric of an evaluation of `samples` [2 N], and by mode `shares` and `covered`. */
export function evaluate(samples, mixture) {
  const { weights, owner } = mixture;
  const near = nearness(samples, mixture);
  const [members, counts] = [near.members, near.counts].map((found) => byMode(found, owner, weights.length));
  const total = samples.length / 2;
  const shares = counts.map((count) => count / total);
  const covered = weights.map((weight, mode) => counts[mode] >= weight * COVERED_FRACTION * total * (1 - SLACK));
  const highQuality = sumOf(counts) / total;
  const inside = sumOf(members);
  const p = members.map((count) => count / (inside || NaN));
  const middle = p.map((one, mode) => (one + weights[mode]) / 2);
  return {
    high_quality: highQuality,
    modes_captured: counts.filter((count) => count > 0).length,
    modes_covered: covered.filter(Boolean).length,
    reverse_kl: relativeEntropy(p, weights),
    js: (relativeEntropy(p, middle) + relativeEntropy(weights, middle)) / 2,
    mode_tv: (sumOf(shares.map((share, mode) => Math.abs(share - weights[mode]))) + 1 - highQuality) / 2,
    spread: owner ? NaN : median(spreads(near, mixture).filter((_, mode) => covered[mode])),
    nll: inside === total ? near.nll / total : Infinity,
    shares,
    covered,
  };
}

const sumOf = (numbers) => numbers.reduce((sum, one) => sum + one, 0);

/* sum p log(p / q) with 0 log 0 = 0. */
const relativeEntropy = (p, q) => sumOf(p.map((one, index) => (one === 0 ? 0 : one * Math.log(one / q[index]))));

function byMode(found, owner, modes) {
  if (!owner) return [...found];
  const counts = new Array(modes).fill(0);
  found.forEach((count, bead) => (counts[owner[bead]] += count));
  return counts;
}

/* Of each Gaussian: samples that are nearest to it, those within distance 3 of it, and the sums of their
 * offsets; and the negative log density of all samples together. */
function nearness(samples, { gaussians: { means, cholesky, weights } }) {
  const count = means.length;
  const peaks = weights.map((weight, k) => Math.log(weight) - Math.log(cholesky[k][0] * cholesky[k][2]) - Math.log(2 * Math.PI));
  const [members, counts, sums] = [new Float64Array(count), new Float64Array(count), new Float64Array(3 * count)];
  const squared = new Float64Array(count);
  let nll = 0;
  for (let i = 0; i < samples.length; i += 2) {
    const [x, y] = [samples[i], samples[i + 1]];
    if (!(Math.abs(x) <= LARGEST && Math.abs(y) <= LARGEST)) continue;
    let nearest = 0;
    let most = -Infinity;
    for (let k = 0; k < count; k += 1) {
      const [a, b, c] = cholesky[k];
      const along = (x - means[k][0]) / a;
      const across = (y - means[k][1] - b * along) / c;
      squared[k] = along * along + across * across;
      if (squared[k] < squared[nearest]) nearest = k;
      most = Math.max(most, peaks[k] - squared[k] / 2);
    }
    let density = 0;
    for (let k = 0; k < count; k += 1) density += Math.exp(peaks[k] - squared[k] / 2 - most);
    nll -= most + Math.log(density);
    members[nearest] += 1;
    if (squared[nearest] > HIGH_QUALITY_DISTANCE ** 2) continue;
    const [dx, dy] = [x - means[nearest][0], y - means[nearest][1]];
    counts[nearest] += 1;
    sums[3 * nearest] += dx;
    sums[3 * nearest + 1] += dy;
    sums[3 * nearest + 2] += dx * dx + dy * dy;
  }
  return { members, counts, sums, nll };
}

/* By mode, the variance of its samples over its own. */
function spreads({ counts, sums }, { covariances }) {
  return covariances.map(([xx, , yy], k) => {
    const scatter = sums[3 * k + 2] - (sums[3 * k] ** 2 + sums[3 * k + 1] ** 2) / Math.max(counts[k], 1);
    return Math.max(scatter, 0) / Math.max(counts[k] - 1, 1) / (xx + yy);
  });
}

function median(numbers) {
  const ordered = numbers.sort((a, b) => a - b);
  const found = ordered.length;
  return found ? (ordered[Math.floor((found - 1) / 2)] + ordered[Math.floor(found / 2)]) / 2 : NaN;
}
