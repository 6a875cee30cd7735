/* The lessons, as data: what is told, what is to be foreseen, and what is to be done.
 *
 * A word in brackets is explained where it stands: [mode], or [modes|mode] where it is shown
 * otherwise than it is listed (`terms.js`). What is claimed of games holds over seeds: it was
 * counted over eight of each. */

/* What a lesson's game has beside the defaults of every rule, with which it is staged: so a lesson
 * shows the same whatever config the arena was given. */
const PLAIN = {
  target: { layout: "ring", modes: 5, radius: 2, std: 0.05 },
  "generator.latent_dim": 2,
  "generator.hidden": [32, 32],
  "discriminator.hidden": [32, 32],
  penalties: {},
  "training.batch_size": 128,
};

const game = (label, changes = {}) => ({ label, overrides: { ...PLAIN, ...changes } });

const LAZY = {
  "optimizer.learning_rate": 2e-4,
  "optimizer.learning_rate_ratio": 5,
  "training.discriminator_steps": 2,
};

const TOO_STRONG = { "optimizer.learning_rate_ratio": 10, "training.discriminator_steps": 2 };

const RATIO = { field: "optimizer.learning_rate_ratio", label: "How fast the detective learns, beside the forger" };

/* Of each: `games` to be staged, at a `speed` in rounds a second; `foresee`, what is asked before
 * they are played to a round (`prediction.js`); `look`, what to look for meanwhile; `told` after it;
 * and a `mission` with its `goal` (`mission.js`) and the one `knob` that it reveals. */
export const LESSONS = [
  {
    id: "game",
    title: "The game",
    text: [
      "There are five kinds of real notes: the rings, the [modes|mode] of the [target]. A [forger] turns noise into " +
        "notes of its own, the dots. A [detective] sees both and learns to tell them apart: where it would say " +
        "*real* the plane is blue, where *forged* it is orange.",
      "The forger never sees a real note. It learns only from the slope of the detective's opinion: the arrows.",
    ],
    games: [game("an even game")],
    speed: 200,
    foresee: { kind: "count", game: 0, question: "How many of the five kinds will it print by round 2,500?", round: 2500 },
    look: [
      "The dots run towards blue, and where they arrive the blue fades: the detective has learned.",
      "Once every ring has its dots there is little left to tell apart, and the colours grow pale.",
    ],
    told: "Played evenly, the forger finds all five kinds, whatever the start: no start of eight took it more than two thousand rounds.",
    mission: {
      words: "Make it find all five kinds before round 1,000.",
      games: [game("an even game")],
      knob: { field: "optimizer.learning_rate", label: "How fast both of them learn" },
      goal: { kind: "whole", before: 1000 },
      hint: "Set the knob first, then play. Longer strides get there sooner, until they are so long that nothing settles. If it only just fails, try another seed.",
    },
  },
  {
    id: "lazy",
    title: "The forger gets lazy",
    text: [
      "Nobody asked for all five kinds, only for notes that pass. Here the detective learns five times as fast as the " +
        "forger, in two steps for each of its. Soon the forger prints a few kinds that sometimes pass, and nothing " +
        "else: it has [collapsed].",
      "The losses do not tell: they settle, as in a good game. Only counting the kinds tells.",
    ],
    games: [game("a lazy forger", LAZY)],
    speed: 1000,
    foresee: { kind: "modes", game: 0, question: "Which kinds will be missing at round 5,000?", round: 5000 },
    look: [
      "Kinds that are [missing] are dashed and numbered; in the rows of shares theirs go blank.",
      "Around them the colour is flat: no slope, so no push, and nothing that points the forger there.",
    ],
    told: "Which kinds are lost is chance: another start loses others. That some are lost was the same in all of eight starts.",
    mission: {
      words: "Find two starts that lose different kinds.",
      games: [game("a lazy forger", LAZY)],
      knob: { seed: true, label: "Another start" },
      goal: { kind: "others", after: 5000 },
      hint: "A start is a seed: it decides the first weights and every draw. Play each to round 5,000.",
    },
  },
  {
    id: "strong",
    title: "A detective too strong",
    text: [
      "The same start twice, with one difference. In game 1 both learn at one pace. In game 2 the detective learns ten " +
        "times as fast, in two steps for each of the forger's: it is sure of itself long before the forger has found " +
        "its way.",
    ],
    games: [
      game("evenly matched"),
      game("detective ten times as fast", TOO_STRONG),
    ],
    speed: 1000,
    foresee: { kind: "games", question: "Which of them will have lost kinds at round 4,000?", round: 4000 },
    look: [
      "In game 2 the colours are deep and the borders sharp: that detective is sure, right up to the notes.",
      "Where it is sure, it says the same all around, and the arrows have nothing to follow.",
    ],
    told: "A detective that is sure too early leaves no slope to learn from. How fast it learns beside the forger has more to do with collapse than any other setting.",
    mission: {
      words: "Make an even game collapse, with one slider.",
      games: [game("an even game")],
      knob: RATIO,
      goal: { kind: "lost", modes: 1, rounds: 1500, after: 2500 },
      hint: "Move the knob before round 500, while nothing is found yet. Later, kinds are lost and found again.",
    },
  },
  {
    id: "weak",
    title: "A detective too weak",
    text: [
      "Now the detective of game 2 learns at a tenth of the forger's pace. Its opinion is about yesterday's notes: the " +
        "forger walks past it to wherever the opinion was best a moment ago, and moves on when it has changed.",
    ],
    games: [game("evenly matched"), game("detective ten times as slow", { "optimizer.learning_rate_ratio": 0.1 })],
    speed: 1000,
    foresee: { kind: "games", question: "Which of them will miss kinds at round 3,000?", round: 3000 },
    look: [
      "In game 2 the dots wander as one crowd, and settle on no kind for long.",
      "It looks like collapse and is not: nothing is lost for good, since nothing stays. It is [oscillating].",
    ],
    told: "A detective too slow is as bad as one too fast, in another way: its advice comes late.",
    mission: {
      words: "Find the slowest detective that still works: all five kinds at round 4,000.",
      games: [game("an even game")],
      knob: RATIO,
      goal: { kind: "least", round: 4000, most: 0.6 },
      hint: "Set the knob at round 0, play to round 4,000, and Reset to try another. The slowest that worked is kept.",
    },
  },
  {
    id: "cures",
    title: "Three cures",
    text: [
      "The lazy forger's game four times, from one start. Game 1 is left as it was. The others each keep the detective " +
        "from being too sure, so that its opinion slopes gently everywhere and shows the way to a lost kind even from " +
        "afar.",
      "A Wasserstein [critic] with a gradient penalty; R1, which fines steep opinions at real notes; spectral norm, " +
        "which makes steep opinions impossible. Each is a [cure|cure, remedy].",
    ],
    games: [
      game("no cure", LAZY),
      game("WGAN-GP", { ...LAZY, objective: "wasserstein", penalties: { gradient_penalty: { weight: 0.1 } } }),
      game("R1", { ...LAZY, penalties: { r1: { weight: 0.3 } } }),
      game("spectral norm", { ...LAZY, "discriminator.spectral_norm": true }),
    ],
    speed: 2000,
    foresee: { kind: "games", question: "Which of them will miss kinds at round 6,000?", round: 6000 },
    look: [
      "With R1 and spectral norm the colours are pale: this detective cannot be sure of itself.",
      "From between the rings, arrows lead to the rings.",
    ],
    told: "A gentle slope shows the way from afar. In all of eight starts each of the three had found every kind by round 6,000, and the game without a cure in none.",
    mission: {
      words: "Rescue a collapsed game without starting it again.",
      games: [game("detective ten times as fast", TOO_STRONG)],
      knob: { field: "penalties.r1", label: "Fine steep opinions (R1)" },
      goal: { kind: "rescued", after: 2000, rounds: 300 },
      hint: "Play past round 2,000, until kinds are lost. Then fine steep opinions while it goes on, with a weight of 0.3 to 1, and have patience: in each of four starts all was found again, over some five thousand rounds.",
    },
  },
  {
    id: "four",
    title: "Four at a time",
    text: [
      "Who prints one kind over and over is safe as long as notes are judged one by one: nothing is wrong with any of " +
        "them. So let the detective see four at a time, all real or all forged. Four that are alike give the forger " +
        "away, however good each may be. This is packing.",
    ],
    games: [game("one at a time", LAZY), game("four at a time", { ...LAZY, "discriminator.packing": 4 })],
    speed: 2000,
    foresee: { kind: "games", question: "Which of them will miss kinds at round 6,000?", round: 6000 },
    look: ["The forger of game 2 is the less exact one: more of its dots lie just outside the rings."],
    told: "Company tells what no single note does: with four at a time every kind was found by round 6,000 in all of eight starts.",
    mission: {
      words: "Eight at a time are slow to judge. Find a smaller pack that saves the lazy forger: all five kinds at round 6,000.",
      games: [game("eight at a time", { ...LAZY, "discriminator.packing": 8 })],
      knob: { field: "discriminator.packing", label: "Notes that are judged together" },
      goal: { kind: "least", round: 6000, most: 4 },
      hint: "Packs must divide a batch of 128: 2, 4 or 8. Set the knob at round 0, play to round 6,000, and Reset to try another. Two at a time were enough in six of eight starts.",
    },
  },
];

/* Whether a page whose schema says this can play a lesson: every field is one that it may stage, and
 * every piece one that it has. */
export function isPlayable(lesson, schema) {
  const controls = new Map(schema.groups.flatMap(({ fields }) => fields).map((one) => [one.field, one]));
  const games = [...lesson.games, ...lesson.mission.games];
  return games.every(({ overrides }) => Object.entries(overrides).every(([field, value]) => isOffered(field, value, controls, schema)));
}

function isOffered(field, value, controls, { stage_fields: staged, layouts }) {
  if (field === "target") return layouts.some(({ name }) => name === value.layout);
  if (field === "penalties") return Object.keys(value).every((name) => controls.has(`penalties.${name}`));
  if (staged.includes(field)) return true;
  const control = controls.get(field);
  if (!control) return false;
  return control.kind !== "choice" || control.choices.some(({ name }) => name === value);
}
