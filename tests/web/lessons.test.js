import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { LESSONS, isPlayable } from "../../ganrun/arena/assets/lessons.js";
import { overridesOf, readText, textOf } from "../../ganrun/arena/assets/lesson_link.js";
import { LinkOpening } from "../../ganrun/arena/assets/link_opening.js";
import { begun, heeded } from "../../ganrun/arena/assets/mission.js";
import { placeIn } from "../../ganrun/arena/assets/mode_marks.js";
import { chosen, judged, options, outcome, progress } from "../../ganrun/arena/assets/prediction.js";
import { TERMS, partsOf } from "../../ganrun/arena/assets/terms.js";

const picture = (round, covered, more = {}) => ({ round, metrics: { round, covered }, diverged_at: null, ...more });
const all = [true, true, true];

const SCHEMA = {
  stage_fields: ["generator.hidden", "generator.latent_dim", "discriminator.hidden", "training.batch_size"],
  layouts: [{ name: "ring" }, { name: "points", from_file: true }],
  groups: [
    {
      fields: [
        { field: "objective", kind: "choice", default: "non_saturating", choices: [{ name: "non_saturating" }, { name: "wasserstein" }] },
        { field: "optimizer.learning_rate", kind: "number", default: 1e-3 },
        { field: "optimizer.learning_rate_ratio", kind: "number", default: 1 },
        { field: "training.discriminator_steps", kind: "whole", default: 1 },
        { field: "penalties.r1", kind: "optional", default: null },
        { field: "penalties.gradient_penalty", kind: "optional", default: null },
        { field: "discriminator.spectral_norm", kind: "switch", default: false },
        { field: "discriminator.packing", kind: "whole", default: 1 },
      ],
    },
  ],
};

test("terms are explained in the glossary's words, and every term of a lesson is", () => {
  const rows = readFileSync(new URL("../../docs/glossary.md", import.meta.url), "utf8").matchAll(/^\| ([^|]+) \| ([^|]+) \|$/gm);
  const glossary = Object.fromEntries([...rows].map(([, word, meaning]) => [word, meaning]));
  for (const [word, meaning] of Object.entries(TERMS)) assert.equal(meaning, glossary[word], word);
  for (const { text } of LESSONS) {
    for (const { term } of text.flatMap(partsOf)) assert.ok(term === undefined || term in TERMS, term);
  }
});

test("a text's parts are words, terms and what is stressed", () => {
  assert.deepEqual(partsOf("The [modes|mode] of a [target] are *real*."), [
    { words: "The " },
    { words: "modes", term: "mode" },
    { words: " of a " },
    { words: "target", term: "target" },
    { words: " are " },
    { stressed: "real" },
    { words: "." },
  ]);
});

test("a lesson is played where the page has all that its games need, whatever kind of page it is", () => {
  for (const lesson of LESSONS) assert.ok(isPlayable(lesson, SCHEMA), lesson.title);
  const cures = LESSONS.find(({ id }) => id === "cures");
  const without = (field) => ({ ...SCHEMA, groups: [{ fields: SCHEMA.groups[0].fields.filter((one) => one.field !== field) }] });
  assert.equal(isPlayable(cures, without("penalties.r1")), false);
  assert.equal(isPlayable(cures, without("discriminator.spectral_norm")), false);
  assert.ok(isPlayable(LESSONS[0], without("penalties.r1")));
});

test("lessons have names of their own, and a knob that is declared", () => {
  assert.equal(new Set(LESSONS.map(({ id }) => id)).size, LESSONS.length);
  const fields = SCHEMA.groups[0].fields.map(({ field }) => field);
  for (const { mission } of LESSONS) assert.ok(mission.knob.seed || fields.includes(mission.knob.field));
});

test("modes are guessed together, a count alone", () => {
  const modes = { kind: "modes", game: 0, round: 10 };
  assert.deepEqual(chosen(modes, chosen(modes, [], 3), 1), [1, 3]);
  assert.deepEqual(chosen(modes, [1, 3], 3), [1]);
  assert.deepEqual(chosen({ kind: "count" }, [2], 4), [4]);
  const game = { label: "even", target: { modes: [{}, {}] } };
  assert.deepEqual(options({ kind: "count", game: 0 }, [game]).map(([value]) => value), [0, 1, 2]);
  assert.deepEqual(options({ kind: "games" }, [game]), [[0, "1: even"]]);
});

test("what came is known once every game is measured at the round, and not before", () => {
  const foresee = { kind: "games", round: 100 };
  assert.equal(outcome(foresee, [picture(100, all), picture(90, all)]), null);
  assert.equal(outcome(foresee, [picture(100, all), undefined]), null);
  assert.equal(outcome(foresee, [picture(100, all), { ...picture(100, all), metrics: null }]), null);
  assert.deepEqual(outcome(foresee, [picture(120, all), picture(100, [true, false, null])]), [1]);
  assert.deepEqual(outcome({ kind: "modes", game: 0, round: 5 }, [picture(5, [false, true, null])]), [0]);
  assert.deepEqual(outcome({ kind: "count", game: 0, round: 5 }, [picture(5, [false, true, true])]), [2]);
  const diverged = picture(7, [false, false, false], { diverged_at: 8 });
  assert.deepEqual(outcome(foresee, [picture(100, all), diverged]), [1], "a game that diverged goes no further");
  assert.equal(progress(foresee, [picture(50, all), picture(100, all)]), 0.5);
  assert.equal(progress(foresee, []), 1);
});

test("a guess is judged in words that hold", () => {
  const modes = { kind: "modes", round: 5000 };
  assert.deepEqual(judged(modes, [1, 3], [1, 3]), { isRight: true, words: "At round 5,000 kinds 1 and 3 are missing. You saw it coming." });
  assert.equal(judged(modes, [1, 2], [1]).words, "At round 5,000 kind 1 is missing. You said kinds 1 and 2. 1 hit.");
  assert.equal(judged(modes, [], [4]).words, "At round 5,000 kind 4 is missing. You said none.");
  assert.equal(judged(modes, null, []).words, "At round 5,000 no kind is missing.");
  const games = { kind: "games", round: 100 };
  assert.equal(judged(games, [0], [1]).words, "At round 100 game 2 misses kinds. You said game 1.");
  assert.equal(judged(games, [0], []).words, "At round 100 no game misses kinds. You said game 1.");
  assert.equal(judged({ kind: "count", round: 10 }, [5], [1]).words, "At round 10 it prints 1 kind. You said 5.");
});

const heedAll = (goal, pictures) =>
  pictures.reduce((mission, one) => heeded(mission, goal, { id: 1, seed: 0, touched: false, value: 1, ...one }), begun());

test("all modes before a round are a mission done, later they are not", () => {
  const goal = { kind: "whole", before: 100 };
  assert.ok(heedAll(goal, [{ round: 99, covered: all }]).isDone);
  assert.ok(!heedAll(goal, [{ round: 101, covered: all }]).isDone);
  assert.ok(!heedAll(goal, [{ round: 50, covered: [true, false, true] }]).isDone);
});

test("a collapse counts when it lasts", () => {
  const goal = { kind: "lost", modes: 1, rounds: 100, after: 50 };
  const lost = [false, true, true];
  assert.ok(heedAll(goal, [{ round: 60, covered: lost }, { round: 160, covered: lost }]).isDone);
  assert.ok(!heedAll(goal, [{ round: 10, covered: lost }, { round: 120, covered: lost }]).isDone, "it counts from round 50 on");
  assert.ok(!heedAll(goal, [{ round: 60, covered: lost }, { round: 90, covered: all }, { round: 170, covered: lost }]).isDone);
});

test("a rescue is of one game that is not begun again", () => {
  const goal = { kind: "rescued", after: 100, rounds: 20 };
  const lost = [false, true, true];
  const rescued = [{ round: 120, covered: lost }, { round: 150, covered: all }, { round: 170, covered: all }];
  assert.ok(heedAll(goal, rescued).isDone);
  assert.ok(!heedAll(goal, [{ round: 120, covered: lost }, { round: 0, covered: lost }, { round: 90, covered: all }, { round: 140, covered: all }]).isDone);
  assert.ok(!heedAll(goal, [{ round: 150, covered: all }, { round: 190, covered: all }]).isDone, "it was never lost");
});

test("the least knob that works is kept over games, where it was set at the beginning", () => {
  const goal = { kind: "least", round: 100, most: 0.6 };
  const at = (value, covered, more = {}) => ({ round: 100, covered, value, ...more });
  const first = heedAll(goal, [at(1, all)]);
  assert.deepEqual([first.best, first.isReached], [1, false]);
  const second = heedAll(goal, [at(1, all), at(0.5, all), at(0.2, [false, true, true])]);
  assert.deepEqual([second.best, second.isDone], [0.5, false]);
  assert.equal(heedAll(goal, [at(0.5, all, { touched: true })]).best, null);
});

test("two starts that lose different modes show what chance decides", () => {
  const goal = { kind: "others", after: 100 };
  const lost = (...covered) => ({ round: 100, covered });
  assert.ok(heedAll(goal, [{ ...lost(false, true), seed: 1 }, { ...lost(true, false), seed: 2 }]).isDone);
  assert.ok(!heedAll(goal, [{ ...lost(false, true), seed: 1 }, { ...lost(false, true), seed: 2 }]).isDone);
  assert.ok(!heedAll(goal, [{ ...lost(false, true), seed: 1 }, { ...lost(true, false), seed: 1 }]).isDone, "the first of a start counts");
});

test("a mark lies where its mode is drawn", () => {
  assert.deepEqual(placeIn([-2, 2, -2, 2], { x: 0, y: 0 }), [50, 50]);
  assert.deepEqual(placeIn([-2, 2, -2, 2], { x: 2, y: 2 }), [100, 0]);
  assert.deepEqual(placeIn([0, 4, 0, 2], { x: 0, y: 0 }), [0, 75], "a window that is wider than high");
});

const CONFIG = {
  objective: "wasserstein",
  optimizer: { learning_rate: 1e-3, learning_rate_ratio: 3 },
  training: { discriminator_steps: 1, batch_size: 128 },
  penalties: { r1: { weight: 1 } },
  generator: { hidden: [32], latent_dim: 2 },
  discriminator: { hidden: [32], spectral_norm: false, packing: 1 },
  target: { layout: "ring", modes: 5, weights: null },
};

test("a link holds all that differs from the defaults, and comes back as it was", () => {
  const overrides = overridesOf(CONFIG, SCHEMA);
  assert.deepEqual(overrides, {
    target: { layout: "ring", modes: 5 },
    penalties: { r1: { weight: 1 } },
    objective: "wasserstein",
    "optimizer.learning_rate_ratio": 3,
    "generator.hidden": [32],
    "generator.latent_dim": 2,
    "discriminator.hidden": [32],
    "training.batch_size": 128,
  });
  assert.equal(overridesOf({ ...CONFIG, target: { layout: "points" } }, SCHEMA), null, "points of a file are in no link");
  const told = { lesson: "lazy", seed: 7, round: 1200, speed: null, games: [{ label: "a & b #1", overrides }] };
  assert.deepEqual(readText(`https://example.org/arena.html#${textOf(told)}`), { told });
  assert.deepEqual(readText(textOf({ ...told, speed: 50 })).told.speed, 50);
  assert.deepEqual(readText("#lesson=lazy"), { told: { lesson: "lazy" } });
});

test("a text from elsewhere is read with suspicion", () => {
  const games = encodeURIComponent(JSON.stringify([{ label: "a", overrides: {} }]));
  assert.ok(readText(`games=${games}`).told);
  for (const bad of [
    "",
    "hello",
    "games=",
    "games=[]",
    "games=[1]",
    "games=[null]",
    'games=[{"label":1,"overrides":{}}]',
    'games=[{"label":"a","overrides":[]}]',
    `games=${games}&round=-1`,
    `games=${games}&round=1e9`,
    `games=${games}&seed=1.5`,
    `games=${games}&speed=0`,
    `games=${games}&speed=NaN`,
    `games=${"x".repeat(50_000)}`,
  ]) {
    assert.ok(readText(bad).why, bad.slice(0, 40));
  }
});

test("a link's games are played to its round, and go back where that was passed", () => {
  const said = [];
  const told = { seed: 3, round: 100, speed: 20, games: [{ label: "a", overrides: { objective: "hinge" } }] };
  const opening = new LinkOpening(told, { say: (message) => said.push(message), can: ["rewind"], usual: { objective: "x", other: 1 }, state: { games: [{ id: 1 }] } });
  assert.deepEqual(said.splice(0), [
    { type: "reseed", seed: 3 },
    { type: "stage", games: [{ label: "a", overrides: { objective: "hinge", other: 1 } }] },
  ]);
  opening.setState({ games: [{ id: 2, ready: false }], playing: false });
  assert.deepEqual(said, [], "it waits until they are ready");
  opening.setState({ games: [{ id: 2, ready: true }], playing: false });
  assert.deepEqual(said.splice(0).map(({ type }) => type), ["speed", "play"]);
  opening.setState({ games: [{ id: 2, ready: true }], playing: true });
  opening.heed({ game: 2, round: 130, playing: true, diverged_at: null });
  assert.deepEqual(said.splice(0), [{ type: "pause" }]);
  opening.heed({ game: 2, round: 140, playing: false, diverged_at: null });
  assert.deepEqual(said, [
    { type: "rewind", game: 2, round: 100 },
    { type: "speed", rounds_per_second: 20 },
  ]);
  assert.ok(opening.isOver);
});

test("who pauses on the way stops where it is", () => {
  const said = [];
  const told = { seed: 0, round: 100, speed: null, games: [] };
  const opening = new LinkOpening(told, { say: (message) => said.push(message), can: [], usual: {}, state: { games: [] } });
  const state = (playing) => ({ games: [{ id: 2, ready: true }], playing });
  for (const playing of [false, true, false]) opening.setState(state(playing));
  assert.ok(opening.isOver);
});
