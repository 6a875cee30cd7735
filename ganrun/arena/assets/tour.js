/* The guided tour: short lessons, each with a button that sets the stage for it. */

import { byId, element, write } from "../../page/assets/elements.js";

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

export const LESSONS = [
  {
    title: "The game",
    text: [
      "There are five kinds of real points: the rings. A forger turns noise into points, the dots, and wants " +
        "them taken for real ones. A detective sees real and forged points and learns to tell them apart; its " +
        "opinion colours the plane, blue for real and orange for forged. The arrows show where that opinion " +
        "pushes the forgeries.",
      "Neither ever sees the other's cards. The forger learns only from the slope of the detective's opinion.",
    ],
    look: [
      "The dots run towards blue, and where they arrive the blue fades: the detective has learned.",
      "Played evenly, all five modes are covered after some two thousand rounds. Turn the speed up to get there.",
    ],
    button: "Play it in slow motion",
    speed: 50,
    games: [game("an even game")],
  },
  {
    title: "The forger gets lazy",
    text: [
      "Nobody asked the forger for all five notes, only for notes that pass. Here its detective learns five " +
        "times as fast, in two steps for each of the forger's, and soon the forger prints a few notes that " +
        "sometimes pass, and nothing else. That is mode collapse.",
      "The losses do not tell: they settle, as they do in a good game. Only counting the modes tells.",
    ],
    look: [
      "Missing modes are dashed and numbered. In the rows of shares, theirs go blank.",
      "Where modes are missing the colour is flat: no slope, so no push, and nothing that points the forger there.",
      "Another seed loses other modes, or fewer: try some. The settings make collapse likely, not certain.",
    ],
    button: "Watch it collapse",
    speed: 2000,
    games: [game("a lazy forger", LAZY)],
  },
  {
    title: "A detective too strong",
    text: [
      "The same start twice, with one difference. To the left both learn at one pace. To the right the " +
        "detective learns ten times as fast, in two steps for each of the forger's: it is sure of itself long " +
        "before the forger has found its way.",
      "In the sweep that comes with ganrun, this ratio explains more of who collapses than any other setting.",
    ],
    look: [
      "To the left all five modes, to the right some are lost, and stay lost.",
      "To the right the detective's loss stays well below 1.39, where it would be if it could tell nothing: it " +
        "catches most forgeries to the end.",
    ],
    button: "Set them side by side",
    speed: 2000,
    games: [
      game("evenly matched"),
      game("detective ten times as fast", { "optimizer.learning_rate_ratio": 10, "training.discriminator_steps": 2 }),
    ],
  },
  {
    title: "A detective too weak",
    text: [
      "Now the detective learns at a tenth of the forger's pace. Its opinion is always about yesterday's " +
        "forgeries, so the forger walks past it: all dots gather where the opinion was best a moment ago, and " +
        "move on when it has changed.",
      "This is not collapse, though it may look like it: nothing is lost for good, since nothing stays.",
    ],
    look: [
      "To the right the forgeries wander about as one crowd, and settle on no mode for long.",
      "Select the right one and drag its ratio up towards 1 while it plays: the crowd spreads out.",
    ],
    button: "Set them side by side",
    speed: 2000,
    games: [game("evenly matched"), game("detective ten times as slow", { "optimizer.learning_rate_ratio": 0.1 })],
  },
  {
    title: "Three cures",
    text: [
      "Four times the lazy forger's game of lesson two, from one start. The first is left as it was. The others " +
        "each keep the detective from being too sure, so that its opinion slopes gently everywhere and shows the way " +
        "to a lost mode even from afar.",
      "A Wasserstein critic with a gradient penalty; R1, which fines steep opinions at real points; spectral norm, which " +
        "makes steep opinions impossible.",
    ],
    look: [
      "The three cured games find all five modes; the plain one misses some.",
      "With R1 and spectral norm the colours are pale: this detective cannot be sure of itself. From between the " +
        "modes, arrows lead to the rings.",
    ],
    button: "Try all three",
    speed: 2000,
    games: [
      game("no cure", LAZY),
      game("WGAN-GP", { ...LAZY, objective: "wasserstein", penalties: { gradient_penalty: { weight: 0.1 } } }),
      game("R1", { ...LAZY, penalties: { r1: { weight: 0.1 } } }),
      game("spectral norm", { ...LAZY, "discriminator.spectral_norm": true }),
    ],
  },
  {
    title: "Four at a time",
    text: [
      "Who prints one kind of note over and over is safe as long as notes are judged one by one: nothing is wrong " +
        "with any of them. So let the detective see four at a time, all real or all forged. Four that are alike give " +
        "the forger away, however good each may be.",
      "This is packing. Again the lazy forger's game of lesson two, twice from one start; only to the right the " +
        "detective sees four points together.",
    ],
    look: [
      "To the right all five modes are found within some five thousand rounds; to the left some are lost, and stay lost.",
      "The right forger is the less exact one: more of its dots lie just outside the rings.",
      "The settings hold many more cures, under Rules. Each says what it does to the game: try one on either.",
    ],
    button: "Set them side by side",
    speed: 2000,
    games: [game("one at a time", LAZY), game("four at a time", { ...LAZY, "discriminator.packing": 4 })],
  },
];

const ELSEWHERE = "Another game is on the stage now; this lesson was about its own.";

/* What a lesson's text is about: other rates and seeds are part of it, other rules or points are not. */
const rulesOf = (one) => one && JSON.stringify([one.config.objective, one.config.target]);

export class Tour {
  /* `stage(lesson)` sets the stage and plays. */
  constructor({ steps, body, stage }) {
    this.body = body;
    this.stage = stage;
    this.here = []; // the games that are on the stage
    this.staged = new Map(); // the lesson's own games -> their rules; null until they are there
    this.tabs = LESSONS.map((lesson, index) => {
      const button = element(
        "button",
        { type: "button", class: "bare tour-step", on: { click: () => this.show(index) } },
        element("span", { class: "tour-number", "aria-hidden": "true", text: index + 1 }),
        element("span", { text: lesson.title }),
      );
      steps.append(element("li", {}, button));
      return button;
    });
    this.show(0);
  }

  show(index) {
    this.index = index;
    this.staged = new Map();
    this.body.classList.remove("watching");
    this.look = element("ul");
    const lesson = LESSONS[index];
    this.tabs.forEach((tab, at) => {
      tab.classList.toggle("good", at === index);
      if (at === index) tab.setAttribute("aria-current", "step");
      else tab.removeAttribute("aria-current");
    });
    const start = element("button", {
      type: "button",
      class: "button primary",
      id: "tour-stage",
      text: lesson.button,
      on: { click: () => this.begin(lesson) },
    });
    const read = element("button", { type: "button", class: "button tour-read", text: "Read it again", on: { click: () => this.show(index) } });
    const next =
      index + 1 < LESSONS.length
        ? element("button", { type: "button", class: "button", id: "tour-next", text: "Next", on: { click: () => this.next() } })
        : null;
    this.body.replaceChildren(
      element("div", { class: "tour-text" }, element("h2", { text: `${index + 1}. ${lesson.title}` }), ...lesson.text.map((text) => element("p", { text }))),
      element(
        "div",
        { class: "tour-look" },
        element("h3", { text: "What to look for" }),
        this.look,
        element("p", { class: "tour-buttons" }, start, read, next),
      ),
    );
    this.lookFor(lesson.look);
  }

  lookFor(texts) {
    this.look.replaceChildren(...texts.map((text) => element("li", { text })));
  }

  /* The games that are on the stage now: what was said of others does not stay beside them. */
  setGames(games) {
    const staged = this.staged || new Map(games.map((one) => [one.id, rulesOf(one)]));
    if (!this.staged && this.here.some(({ id }) => staged.has(id))) return;
    this.staged = staged;
    this.here = games;
    const isThere = ([id, rules]) => rulesOf(games.find((one) => one.id === id)) === rules;
    if ([...staged].every(isThere)) return;
    this.staged = new Map();
    this.lookFor([ELSEWHERE]);
  }

  begin(lesson) {
    this.staged = null;
    this.lookFor(lesson.look);
    this.body.classList.add("watching");
    write(byId("tour-stage"), "Again");
    this.stage(lesson);
  }

  next() {
    this.show(this.index + 1);
    byId("tour-stage").focus();
  }
}
