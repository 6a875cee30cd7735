/* What a generator's inputs are drawn from; some of it learns with the generator (`ganrun.game.latents`). */

import { foldIn } from "./draws.js";
import { add, affine, mean, mul, picked, productAcross, relu, scale, sqrt, square, sub, sum, sumRows } from "./graph.js";
import { normal, uniform } from "./initializers.js";

const FIRST_STD = 0.02;
const SMALL_VARIANCE = 1e-4;

/* What a batch of particles lacks of a std of 1, and its covariances, squared. */
function lacking(latents) {
  const { rows, columns } = latents;
  const centred = sub(latents, scale(sumRows(latents), 1 / rows));
  const freedom = Math.max(rows - 1, 1);
  const variances = scale(sumRows(square(centred)), 1 / freedom);
  const covariance = scale(productAcross(centred, centred), 1 / freedom);
  const narrow = mean(relu(affine(sqrt(affine(variances, 1, SMALL_VARIANCE)), -1, 1)));
  return add(narrow, scale(sub(sum(square(covariance)), sum(square(variances))), 1 / columns));
}

/* Points that are drawn as they are, coordinate by coordinate. */
const plain = (kind) => ({
  arrays: () => [],
  points: ({ drawn, count, dimensions }) => drawn("points", count, dimensions, kind, (key) => key),
});

/* By latent: `arrays(size, dimensions)` that learn, [name, rows, its first numbers by a key]; `points`, so many
 * latent points as a graph, of what learns and what is drawn, each by a child of a batch's key; `term`, what is
 * added to the generator's loss of a batch, of its numbers (`number`) and what learns. */
export const LATENTS = {
  normal: plain("normal"),
  uniform: plain("even"),
  mixture: {
    arrays: (size, dimensions) => [
      ["latent_means", size, (key) => uniform(key, size * dimensions, -1, 1)],
      ["latent_sigmas", size, () => new Float32Array(size * dimensions).fill(FIRST_STD)],
    ],
    points({ drawn, count, dimensions, learned }) {
      const which = drawn("which", count, 1, "whole", (key) => foldIn(key, 0));
      const noise = drawn("noise", count, dimensions, "normal", (key) => foldIn(key, 1));
      return add(picked(learned.latent_means, which), mul(picked(learned.latent_sigmas, which), noise));
    },
    term: ({ number, learned }) => mul(number("pull"), mean(square(affine(learned.latent_sigmas, -1, 1)))),
  },
  particles: {
    arrays: (size, dimensions) => [["latent_points", size, (key) => normal(key, size * dimensions)]],
    points: ({ drawn, count, learned }) => picked(learned.latent_points, drawn("which", count, 1, "whole", (key) => key)),
    term: ({ number, latents }) => mul(number("spread"), lacking(latents)),
  },
};
