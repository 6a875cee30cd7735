/* What the reader of the page is told besides what the server declares. */

/* What a setting does to the game; its declared description stands before it. */
export const EXPLANATIONS = {
  "optimizer.learning_rate":
    "Too little, and the forger takes ages; too much, and it shoots past the modes and hops from one " +
    "to the next. The detective's rate keeps its ratio to this one, so it moves along.",
  discriminator_rate:
    "The forger's rate times the ratio. Moving it changes the ratio and leaves the forger alone.",
  "optimizer.learning_rate_ratio":
    "Of all settings this has most to do with collapse: a fast detective knows every forgery for one, " +
    "and the forger clings to the few places where it ever got through; a slow one points to places " +
    "where the forgeries were, not where they are.",
  "training.discriminator_steps":
    "Each on fresh points. More of them make the detective stronger, as a higher ratio does.",
  "optimizer.b1":
    "How much of the last direction is kept, by both players. In a game it carries each past the " +
    "other's latest move, so 0 or 0.5 is the custom here, not the 0.9 of other trades.",
  objective:
    "The advice of a detective who names a probability fades where it is sure; the slope of a " +
    "critic's score never fades, but the critic needs a penalty to keep it within bounds.",
  penalties:
    "They fine steep opinions. A detective with a gentle slope shows the way even to a forger who is " +
    "far off: that is why these are cures. Too light, and nothing is cured; too heavy, and the detective " +
    "sees no fine detail: the modes are found, but stay blurred.",
  "target.std":
    "The narrower they are, the less there is between them for the detective to hold on to, and the " +
    "easier a lost mode stays lost.",
  draw: "Put modes wherever you like, and see whether the forger finds them.",
};

/* What the two counts of modes mean, in the words of the metrics that the server declares. */
export function countWords(metrics) {
  const plain = (wanted) => metrics.find(({ name }) => name === wanted).plain;
  return { covered: plain("modes_covered"), recovered: plain("modes_recovered") };
}

/* How to read a game's card: [title, text] of each of its parts. */
export const reading = ({ covered, recovered }) => [
  [
    "The picture",
    "Every dot is a forgery, made from noise by the generator, the forger. Rings are the modes, where " +
      "the real points lie; their radius is three standard deviations. The colour is the opinion of the " +
      "discriminator, the detective: blue where it takes a point for real, orange where for forged. " +
      "Arrows show where its opinion pushes the forgeries.",
  ],
  [
    "The count",
    `Covered: ${covered} The others are missing: dashed, numbered and named. Recovered, which is ` +
      `stricter and counted about once a second: ${recovered}`,
  ],
  [
    "The shares",
    "One row per mode. To the left its share of the forgeries over all rounds so far, the stronger the " +
      "colour the nearer to a fair share; to the right its share now, with a tick at the fair one.",
  ],
  [
    "The verdict",
    "What more rounds would most likely show, by the trajectory so far, and how likely that is. It is a " +
      "guess while the game goes on, and is worth less after a setting was changed.",
  ],
];
