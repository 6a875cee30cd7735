import assert from "node:assert/strict";
import test from "node:test";

import { coursesAt, coursesWords, edgesOf, servedAt } from "../../ganrun/report/web/assets/branch_courses.js";

const course = (rounds, served, whole = true) => ({ rounds, served, whole });
const BEFORE = course([0, 500, 1000], ["00", "20", "20"]);
const PANEL = { from: 1000, to: 3000, before: BEFORE, courses: [course([1500, 2500], ["20", "22"]), course([2000], ["20"]), course([], [])] };

test("a course says what was evaluated last", () => {
  assert.equal(servedAt(BEFORE, 0), "00");
  assert.equal(servedAt(BEFORE, 999), "20");
  assert.equal(servedAt(PANEL.courses[0], 1100), "20", "before its first evaluation, that one");
  assert.equal(servedAt(course([], []), 5), null);
});

test("before a branch begins there is the run alone", () => {
  assert.deepEqual(coursesAt(PANEL, 999), [BEFORE]);
  assert.equal(coursesAt(PANEL, 1000).length, 3);
  assert.equal(coursesAt({ ...PANEL, before: null }, 0).length, 3);
});

test("an evaluation's piece goes half-way to its neighbours, and no farther than the course went", () => {
  assert.deepEqual(edgesOf(BEFORE, 0, 1000), [0, 250, 750, 1000]);
  assert.deepEqual(edgesOf(course([200, 400], [], false), 0, 1000), [0, 300, 500]);
});

test("what is seen is said in a sentence", () => {
  assert.equal(coursesWords(PANEL, 600), "Round 600. Missing: 1 mode (1).");
  assert.equal(coursesWords(PANEL, 2600), "Round 2,600. No mode is missing in 1 of 2 GANs.");
  assert.equal(coursesWords({ ...PANEL, courses: [course([], [])] }, 2600), "Round 2,600. Nothing was evaluated.");
});
