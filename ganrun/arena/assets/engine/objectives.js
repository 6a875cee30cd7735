/* What the two networks minimise, of the logits of a real and of a fake batch: `ganrun.game.objectives`. */

import { add, affine, mean, mul, negative, relu, scale, softplus, square, sub } from "./graph.js";

const crossEntropy = (real, fake) => add(mean(softplus(negative(real))), mean(softplus(fake)));
const raisedScore = (_, fake) => negative(fake);

/* `detective` is a number, `forger` a number for each fake, of which it minimises the mean. */
export const OBJECTIVES = {
  non_saturating: { detective: crossEntropy, forger: (_, fake) => softplus(negative(fake)) },
  minimax: { detective: crossEntropy, forger: (_, fake) => negative(softplus(fake)) },
  wasserstein: { detective: (real, fake) => sub(mean(fake), mean(real)), forger: raisedScore },
  hinge: {
    detective: (real, fake) => add(mean(relu(affine(real, -1, 1))), mean(relu(affine(fake, 1, 1)))),
    forger: raisedScore,
  },
  least_squares: {
    detective: (real, fake) => add(scale(mean(square(affine(real, 1, -1))), 0.5), scale(mean(square(fake)), 0.5)),
    forger: (_, fake) => scale(square(affine(fake, 1, -1)), 0.5),
  },
  relativistic_pairing: {
    detective: (real, fake) => mean(softplus(sub(fake, real))),
    forger: (real, fake) => softplus(sub(real, fake)),
  },
  relativistic_average: {
    detective: (real, fake) => add(mean(softplus(sub(mean(fake), real))), mean(softplus(sub(fake, mean(real))))),
    forger: (real, fake) => add(softplus(sub(mean(real), fake)), mean(softplus(sub(real, mean(fake))))),
  },
};

const ofCrossEntropy = (real, smoothing) => mul(smoothing, mean(real));

/* What label smoothing adds to the detective's loss, where real points have a label. */
export const SMOOTHED = {
  non_saturating: ofCrossEntropy,
  minimax: ofCrossEntropy,
  least_squares: (real, smoothing) => add(mul(smoothing, mean(affine(real, 1, -1))), scale(square(smoothing), 0.5)),
};
