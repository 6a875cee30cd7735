import assert from "node:assert/strict";
import test from "node:test";

import { Lingering } from "../../ganrun/arena/assets/lingering.js";
import { laidOut, Motion } from "../../ganrun/arena/assets/motion.js";
import { Past } from "../../ganrun/arena/assets/past.js";
import { PARTS } from "../../ganrun/arena/assets/slow_round.js";

const picture = (round, covered, more = {}) => [
  { round, caught: { forged: 0.8, real: 0.7 }, ...more },
  { samples: new Float32Array(2) },
  { round, covered, shares: covered.map((one) => (one ? 0.5 : 0)) },
];

function played(...states) {
  const past = new Past();
  states.forEach((covered, n) => past.take(...picture(10 * n, covered)));
  return past;
}

test("a page remembers pictures with their counts, and what happened between them", () => {
  const past = played(...Array.from({ length: 12 }, (_, n) => [n > 3, false]));
  assert.deepEqual(past.pictures.items.map(({ count }) => count), [0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1]);
  assert.deepEqual(past.events, [{ round: 40, kind: "found", mode: 0 }]);
  past.changed(60, "ratio 5");
  past.take(...picture(130, [true, false], { diverged_at: 131 }));
  past.take(...picture(130, [true, false], { diverged_at: 131 }));
  assert.deepEqual(past.events.map(({ kind }) => kind), ["found", "changed", "diverged"]);
});

test("a branch has the past up to its round, and its own from there", () => {
  const past = played(...Array.from({ length: 12 }, (_, n) => [n > 3]));
  const branch = past.until(30);
  assert.deepEqual(branch.events, []);
  assert.equal(branch.pictures.items.at(-1).round, 30);
  branch.take(...picture(40, [false]));
  assert.equal(past.pictures.length, 12);
  assert.equal(branch.pictures.length, 5);
});

test("time runs slowly for a while after something happened, and then as it was set", () => {
  const [set, timers] = [[], []];
  const lingering = new Lingering((limit) => set.push(limit), { later: (act) => timers.push(act), forget: () => {} });
  const found = [{ kind: "found" }];
  lingering.heed(found, 3000, null);
  assert.deepEqual(set, [], "it is off");
  lingering.turn(true);
  lingering.heed([{ kind: "changed" }], 3000, null);
  lingering.heed(found, 30, null);
  assert.deepEqual(set, [], "nothing to see, or slow already");
  lingering.heed(found, 3000, 5000);
  lingering.heed(found, 250, 250);
  assert.deepEqual(set, [250]);
  timers.at(-1)();
  assert.deepEqual(set, [250, 5000]);
  lingering.heed(found, 3000, 5000);
  lingering.chosen();
  timers.at(-1)();
  assert.deepEqual(set, [250, 5000, 250], "who chooses a speed keeps it");
});

test("noise is laid out in the picture, also where it has one coordinate", () => {
  const [plane, thread] = [laidOut([2, -1, 0, 0.5], 2, [-1, 1, 0, 4]), laidOut([-1, 1], 2, [-1, 1, 0, 4])];
  assert.deepEqual([...plane].map((one) => Number(one.toFixed(3))), [0.9, 1.1, 0, 2.45]);
  assert.deepEqual([...thread].map((one) => Number(one.toFixed(3))), [-0.9, 2, 0.9, 2]);
});

test("points move to where they belong, but only where they shall", () => {
  const motion = new Motion();
  const [here, there] = [Float32Array.of(0, 0), Float32Array.of(1, 2)];
  assert.equal(motion.towards(here, 0, true), here);
  assert.deepEqual([...motion.towards(there, 100, true)], [0, 0]);
  assert.deepEqual([...motion.towards(there, 550, true)], [0.5, 1]);
  assert.ok(motion.isMoving(999));
  assert.equal(motion.towards(there, 1001, true), there);
  assert.equal(motion.towards(here, 1100, false), here);
});

test("a round in slow motion has one step of each player, and a sentence for every part", () => {
  assert.deepEqual(PARTS.map(({ step }) => step).filter(Boolean), ["discriminator", "generator"]);
  for (const { words } of PARTS) {
    assert.match(words({ caught: { forged: 0.824, real: 1 } }), /^[A-Z].*\.$/);
    assert.match(words({ caught: null }), /^[A-Z].*\.$/);
  }
  assert.match(PARTS[2].words({ caught: { forged: 0.824 } }), /caught 82 of 100/);
  assert.match(PARTS[2].words({ caught: { forged: 0.998 } }), /caught 99 of 100/);
  assert.match(PARTS[2].words({ caught: { forged: 0.002 } }), /caught 1 of 100/);
  assert.match(PARTS[2].words({ caught: { forged: 1 } }), /caught 100 of 100/);
});
