/* The discriminator as it would be some steps later, as a graph: what a generator answers that unrolls. */

import { add, affine, constant, div, max, mul, negative, sqrt, square, sub } from "./graph.js";
import { slopes } from "./slopes.js";

/* Added to slopes that are differentiated through an optimizer: a slope of exactly 0 has no derivative
 * through the root of its square. */
const SMALLEST_SLOPE = 1e-15;

const mixed = (share, old, now) => add(mul(affine(share, -1, 1), now), mul(share, old));
const least = (a, b) => negative(max(negative(a), negative(b)));

function adam(slope, { means, squares }, { b1, b2, eps }, step) {
  const after = { means: mixed(b1, means, slope), squares: mixed(b2, squares, square(slope)) };
  const [mean, root] = [div(after.means, step.correction1), sqrt(div(after.squares, step.correction2))];
  return { ...after, update: div(mean, add(root, eps)) };
}

/* By optimizer: of a slope, what is kept of its parameter, the numbers and the step's corrections, the
 * update and what is kept after it. `optimizers.js` does the same to vectors. */
export const DESCENTS = {
  adam,
  adamw(slope, kept, numbers, step) {
    const { update, ...after } = adam(slope, kept, numbers, step);
    return { ...after, update: add(update, mul(numbers.weight_decay, kept.params)) };
  },
  momentum(slope, { means }, { b1 }) {
    const after = add(slope, mul(b1, means));
    return { means: after, update: after };
  },
  sgd: (slope) => ({ update: slope }),
  rmsprop(slope, { squares }, { decay, eps }) {
    const after = mixed(decay, squares, square(slope));
    return { squares: after, update: div(slope, add(sqrt(after), eps)) };
  },
};

/* Numbers that a step of each optimizer needs, beside its corrections. */
export const AHEAD = ["b1", "b2", "eps", "decay", "weight_decay"];

/* The discriminator after some steps on one batch: {params, vectors}, each by name. `player` holds it
 * before them: {params, vectors, means, squares}; `lossOf(params, vectors)` is what it minimises, and
 * `numberOf(name)` a number that is data. */
export function foreseen({ player, steps, optimizer, network, lossOf, numberOf }) {
  const numbers = Object.fromEntries(AHEAD.map((name) => [name, numberOf(`ahead.${name}`)]));
  const [rate, clip] = [numberOf("ahead.rate"), numberOf("ahead.clip")];
  let now = player;
  for (let step = 1; step <= steps; step += 1) {
    const corrections = { correction1: numberOf(`ahead.correction1.${step}`), correction2: numberOf(`ahead.correction2.${step}`) };
    const vectors = network.powerStep(now.params, now.vectors);
    const names = Object.keys(now.params);
    const found = slopes(lossOf(now.params, vectors), Object.values(now.params));
    const next = { params: {}, vectors, means: {}, squares: {} };
    names.forEach((name, index) => {
      const kept = { params: now.params[name], means: now.means[name], squares: now.squares[name] };
      const slope = add(found[index], constant(SMALLEST_SLOPE));
      const { update, ...after } = DESCENTS[optimizer](slope, kept, numbers, corrections);
      for (const [part, value] of Object.entries(after)) next[part][name] = value;
      const moved = sub(kept.params, mul(rate, update));
      next.params[name] = max(least(moved, clip), negative(clip));
    });
    now = next;
  }
  return now;
}
