import assert from "node:assert/strict";
import test from "node:test";

import {
  fieldSpread,
  finer,
  gradientAt,
  median,
  pushesOn,
  typicalPush,
  uphillOf,
} from "../../ganrun/page/assets/field.js";

const EXTENT = [0, 4, 0, 4];
/* 2x + 3y on five points a side. */
const SLOPE = Float32Array.from({ length: 25 }, (_, n) => 2 * (n % 5) + 3 * Math.floor(n / 5));

test("a plane's slope is the same everywhere, and unknown outside", () => {
  assert.deepEqual(gradientAt(SLOPE, 5, EXTENT, 1.25, 2.5), { value: 10, dx: 2, dy: 3 });
  assert.deepEqual(gradientAt(SLOPE, 5, EXTENT, 4, 4), { value: 20, dx: 2, dy: 3 });
  assert.equal(gradientAt(SLOPE, 5, EXTENT, 4.01, 2), null);
  assert.equal(gradientAt(SLOPE, 5, EXTENT, NaN, 2), null);
});

test("each cell has one arrow at most, and strays have none", () => {
  const samples = Float32Array.of(0.5, 0.5, 0.6, 0.6, 3.5, 3.5, 9, 9, NaN, 1);
  const pushes = pushesOn(samples, SLOPE, 5, EXTENT, () => 2, 4);
  assert.deepEqual(pushes, [
    [0.5, 0.5, 4, 6],
    [3.5, 3.5, 4, 6],
  ]);
  assert.equal(typicalPush(pushes), Math.hypot(4, 6));
  assert.equal(typicalPush([]), 0);
});

test("an objective's weight of a slope is a line and a step, as it declares", () => {
  const critic = uphillOf({ constant: 1, linear: 0, height: 0, steepness: 0 });
  assert.deepEqual([-5, 0, 5].map(critic), [1, 1, 1]);
  const sure = uphillOf({ constant: 0, linear: 0, height: 1, steepness: -1 });
  assert.equal(sure(0), 0.5);
  assert.ok(sure(-800) === 1 && sure(800) === 0);
});

test("a field's middle and spread leave out what is not finite", () => {
  assert.equal(median([3, NaN, 1, 2, Infinity]), 2);
  assert.equal(median([]), 0);
  assert.equal(fieldSpread([0, 1, 2, NaN], 1), 1);
  assert.equal(fieldSpread([1, 1], 1), 1);
});

test("a finer field goes through the points of the coarse one, and is smooth between them", () => {
  const { values, side } = finer(SLOPE, 5, 4);
  assert.equal(side, 17);
  for (let n = 0; n < 17 * 17; n += 1) {
    assert.ok(Math.abs(values[n] - ((2 * (n % 17)) / 4 + (3 * Math.floor(n / 17)) / 4)) < 1e-5);
  }
  const bump = Float32Array.from({ length: 25 }, (_, n) => (n === 12 ? 1 : 0));
  const round = finer(bump, 5, 2);
  assert.deepEqual([0, 12, 24].map((n) => round.values[(Math.floor(n / 5) * 9 + (n % 5)) * 2]), [0, 1, 0]);
  assert.ok(round.values[4 * 9 + 5] > 0.5 && round.values[4 * 9 + 5] < 0.7);
});
