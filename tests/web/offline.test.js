import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { extentOf } from "../../ganrun/arena/assets/engine/mixture.js";
import { unpackFrame } from "../../ganrun/arena/assets/frames.js";
import { KeptStates } from "../../ganrun/arena/assets/offline/kept_states.js";
import { Pacing } from "../../ganrun/arena/assets/offline/pacing.js";
import { writeFrame } from "../../ganrun/arena/assets/offline/pictures.js";
import { PlayedGame } from "../../ganrun/arena/assets/offline/played_game.js";
import { Recording, packed } from "../../ganrun/arena/assets/offline/recording.js";
import { toYaml } from "../../ganrun/arena/assets/offline/yaml.js";

const read = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url)));
const { declared, cases } = read("../golden/engine.json");
const RECORDED = "../../ganrun/arena/assets/offline/recorded.json";

/* As much of the settings as a game asks for: any field may be set. */
const settings = {
  defaultsOf: (field, name) => declared.defaults[`${field}.${name}`] ?? {},
  windowOf: (_, mixture) => extentOf(mixture),
  changed(config, field, value) {
    const [section, name] = field.split(".");
    return name ? { ...config, [section]: { ...config[section], [name]: value } } : { ...config, [section]: value };
  },
};
const objectives = Object.fromEntries(Object.entries(declared.undecided).map(([name, middle]) => [name, { middle }]));
const game = () => {
  const { config } = cases["objective non_saturating"];
  return new PlayedGame({ ...config, evaluation: { ...config.evaluation, samples: 100 } }, { settings, objectives });
};
const vector = ({ game: { state } }) => state.vector;

test("a branch that is left alone becomes what its original became, to the bit", () => {
  const one = game();
  one.advance(70);
  one.set("optimizer", { ...one.now.optimizer, learning_rate_ratio: 3 });
  one.advance(90);
  one.set("penalties", { r1: { weight: 0.1 } }); // another program
  one.stepAlone("generator");
  one.advance(160);
  const early = one.at(30);
  assert.deepEqual([early.round, early.touched], [30, false]);
  for (const round of [90, 120, 160]) {
    const branch = one.at(round);
    assert.deepEqual([branch.round, branch.events], [round, one.events]);
    branch.advance(160);
    assert.deepEqual(vector(branch), vector(one));
  }
  assert.throws(() => one.at(161), /has not been played/);
  assert.equal(one.round, 160);
});

test("a copy goes its own way", () => {
  const one = game();
  one.advance(10);
  const other = one.copied();
  other.advance(12);
  assert.equal(one.round, 10);
  one.advance(12);
  assert.deepEqual(vector(one), vector(other));
});

test("of a slider's many values at one round the last is an event", () => {
  const one = game();
  one.advance(5);
  for (const rate of [1e-3, 2e-3, 3e-3]) one.set("optimizer", { ...one.now.optimizer, learning_rate: rate });
  assert.equal(one.events.length, 1);
  assert.equal(one.set("objective", one.now.objective), false);
});

test("kept states are bounded, and the first of them is let go last", () => {
  const kept = new KeptStates();
  for (let round = 1; round <= 100_000; round += 1) kept.addIfDue(round, () => ({ round, state: { vector: new Float32Array(10) } }));
  assert.ok(kept.states.length <= 256);
  assert.ok(kept.states[0].round <= 1000);
  assert.equal(kept.until(5000).latest.round <= 5000, true);
});

test("a limit on the rounds is kept, and none is dealt out for the past", () => {
  const pacing = new Pacing();
  pacing.allow(100);
  const advanced = [];
  const one = { round: 0, advance: (to) => advanced.push((one.round = to)) };
  pacing.creditedAt = performance.now() - 50;
  pacing.play([{ game: one, pace: [] }]);
  assert.equal(one.round, 5);
  pacing.creditedAt = performance.now() - 10_000;
  pacing.play([{ game: one, pace: [] }]);
  assert.equal(one.round, 15); // a tenth of a second's
  assert.ok(pacing.wait > 0);
});

test("a picture is read as it was written", () => {
  const [header, arrays] = unpackFrame(writeFrame({ round: 3, loss: NaN, name: "é" }, { samples: [Float32Array.of(1, 2, 3, 4), [2, 2]], field: [Float32Array.of(5), [1, 1]] }));
  assert.deepEqual([header.round, header.loss, header.name], [3, null, "é"]);
  assert.deepEqual([...arrays.samples, ...arrays.field], [1, 2, 3, 4, 5]);
});

test("YAML keeps texts that look like other things apart from them", () => {
  assert.equal(toYaml({ name: "yes", of: { seeds: [1, 2], x: null, y: 1e-7 }, none: {} }), 'name: "yes"\nof:\n  seeds: [1, 2]\n  x: null\n  y: 1e-7\nnone: {}\n');
});

test("what was recorded plays, pauses, and goes to a round", () => {
  const heard = [];
  const recording = new Recording({ schema: {} }, read(RECORDED), (message) => heard.push(message instanceof ArrayBuffer ? unpackFrame(message)[0] : message));
  recording.greet();
  assert.deepEqual(heard.map(({ type, round }) => type ?? round), ["hello", 0, "error"]);
  recording.obey({ type: "rewind", round: 1000 });
  assert.ok(heard.findLast(({ round }) => round !== undefined).round <= 1000);
  recording.obey({ type: "set", field: "objective", value: "hinge" });
  assert.match(heard.at(-1).message, /can only be watched/);
});

test("numbers are recorded to a hundred-thousandth of their range", () => {
  const numbers = Float32Array.from({ length: 100 }, (_, index) => Math.sin(index) * 3);
  const { words, low, high } = packed(numbers);
  const whole = new Int16Array(Uint8Array.from(atob(words), (letter) => letter.charCodeAt(0)).buffer);
  whole.forEach((one, index) => assert.ok(Math.abs((low + high) / 2 + ((one / 32767) * (high - low)) / 2 - numbers[index]) < 1e-4));
});
