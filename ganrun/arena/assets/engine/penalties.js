/* Penalties on the detective, added to its loss: `ganrun.game.penalties`. */

import { add, affine, mean, mul, relu, scale, sqrt, square, stop, sub, sum, sumColumns } from "./graph.js";
import { slopes } from "./slopes.js";

const TINY = 1e-12; // keeps the slope of a root finite at zero

const squaredSlopes = (critic, points) => {
  const [slope] = slopes(sum(critic(points)), [points]);
  return sumColumns(square(slope));
};

const steepness = (critic, points) => sqrt(affine(squaredSlopes(critic, points), 1, TINY));

/* Somewhere on the line between each real point and its fake one. */
const between = ({ real, fake, uniform }) => add(real, mul(uniform("mix", real.rows, 1), sub(fake, real)));

/* Real points moved up to `scale` stds of their batch in every coordinate. */
function around({ real, uniform, numbers }) {
  const std = sqrt(mean(square(sub(real, mean(real)))));
  const away = mul(mul(numbers.scale, stop(std)), uniform("noise", real.rows, real.columns));
  return add(real, mul(uniform("mix", real.rows, 1), away));
}

/* Each of (critic, {real, fake, numbers, uniform}): `critic` is a graph of logits of a graph of points, and
 * `uniform(name, rows, columns)` numbers in [0, 1) that are drawn anew in every step. `keys` says by which
 * child of its key each is drawn; null: by the key itself. */
export const PENALTIES = {
  gradient_penalty: {
    keys: { mix: null },
    value: (critic, batch) => mul(batch.numbers.weight, mean(square(sub(steepness(critic, between(batch)), batch.numbers.target)))),
  },
  lipschitz: {
    keys: { mix: null },
    value: (critic, batch) => mul(batch.numbers.weight, mean(square(relu(sub(steepness(critic, between(batch)), batch.numbers.target))))),
  },
  r1: { keys: {}, value: (critic, { real, numbers }) => mul(scale(numbers.weight, 0.5), mean(squaredSlopes(critic, real))) },
  r2: { keys: {}, value: (critic, { fake, numbers }) => mul(scale(numbers.weight, 0.5), mean(squaredSlopes(critic, fake))) },
  dragan: {
    keys: { noise: 0, mix: 1 },
    value: (critic, batch) => mul(batch.numbers.weight, mean(square(affine(steepness(critic, around(batch)), 1, -1)))),
  },
  zero_centered: { keys: { mix: null }, value: (critic, batch) => mul(batch.numbers.weight, mean(squaredSlopes(critic, between(batch)))) },
  logit_decay: { keys: {}, value: (critic, { real, numbers }) => mul(numbers.weight, mean(square(critic(real)))) },
};
