/* What each control does, as the forger and the detective would put it. */

export const EXPLANATIONS = {
  "optimizer.learning_rate":
    "How far the forger goes at each of its steps. Too little, and it takes ages; too much, and it " +
    "shoots past the modes and hops from one to the next. The detective's rate keeps its ratio to " +
    "this one, so it moves along.",
  discriminator_rate:
    "How far the detective goes at each of its steps: the forger's rate times the ratio. Moving it " +
    "changes the ratio and leaves the forger alone.",
  "optimizer.learning_rate_ratio":
    "How many times as fast as the forger the detective learns. Of all settings this has most to do " +
    "with collapse: a fast detective knows every forgery for one, and the forger clings to the few " +
    "places where it ever got through; a slow one points to places where the forgeries were, not " +
    "where they are.",
  "training.discriminator_steps":
    "How many steps the detective takes, each on fresh points, before the forger takes one. More of " +
    "them make it stronger, as a higher ratio does.",
  "optimizer.b1":
    "Adam's momentum, for both players: how much of the last direction is kept. In a game it carries " +
    "each past the other's latest move, so 0 or 0.5 is the custom here, not the 0.9 of other trades.",
  objective:
    "What the two are paid for. In the cross-entropy game the detective names a probability, and its " +
    "advice fades where it is sure; a Wasserstein critic gives a score, whose slope never fades, but " +
    "which needs a penalty to keep it within bounds.",
  penalties:
    "A fine on steep opinions. R1 charges the detective for its slope at real points, R2 at forged " +
    "ones; the gradient penalty holds the slope between the two near 1. A detective with a gentle " +
    "slope shows the way even to a forger who is far off: that is why these are cures.",
  penalty_weight:
    "How heavy the fine is. Too light, and nothing is cured; too heavy, and the detective sees no fine " +
    "detail: the modes are found, but stay blurred.",
  "discriminator.spectral_norm":
    "Divides every weight matrix of the detective by its largest singular value, so that its opinion " +
    "can be steep nowhere. A cure like the penalties, without a weight to choose.",
  "target.layout":
    "How the modes of the real points are laid out. Numbers are those by which missing modes are named.",
  "target.modes": "How many kinds of real points there are: as many notes as the forger should print.",
  "target.std":
    "The width of every mode. The narrower they are, the less there is between them for the " +
    "detective to hold on to, and the easier a lost mode stays lost.",
  draw: "Put modes wherever you like, and see whether the forger finds them.",
};

export const READING = [
  [
    "The picture",
    "Every dot is a forgery, made from noise by the generator, the forger. Rings are the modes, where " +
      "the real points lie; their radius is three standard deviations. The colour is the opinion of the " +
      "discriminator, the detective: blue where it takes a point for real, orange where for forged. " +
      "Arrows show where its opinion pushes the forgeries.",
  ],
  [
    "The count",
    "A mode is covered while at least a fifth of its fair share of the forgeries lies within three " +
      "standard deviations of it, and missing otherwise: dashed, numbered and named. Recovered is " +
      "stricter, and counted about once a second: a mixture fitted to the forgeries must find the mode, " +
      "in the right place and about as wide.",
  ],
  [
    "The ledger",
    "One row per mode. To the left its share of the forgeries over all rounds so far, the stronger the " +
      "colour the nearer to a fair share; to the right its share now, with a tick at the fair one.",
  ],
  [
    "The verdict",
    "What the trajectory so far looks like, with how often such a verdict is right. It is a guess while " +
      "the game goes on, and is worth less after a setting was changed.",
  ],
];
