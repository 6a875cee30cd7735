import assert from "node:assert/strict";
import test from "node:test";

import { captionOf, eventsOf, staysOf } from "../../ganrun/page/assets/events.js";
import { Thinned } from "../../ganrun/page/assets/thinned.js";

/* One mode's rows, ten rounds apart: "#" covered, "." some notes, " " none, "-" none that shows. */
const rowsOf = (...modes) =>
  [...modes[0]].map((_, n) => ({
    round: 10 * n,
    covered: modes.map((one) => (one[n] === "-" ? null : one[n] === "#")),
    shares: modes.map((one) => ({ "#": 0.2, ".": 0.01, " ": 0, "-": 0 })[one[n]]),
  }));
const told = (rows, options) => captionOf(eventsOf(rows, options));

test("a mode is found, lost, gets its last note and comes back, each told once, where it began", () => {
  assert.equal(
    told(rowsOf("  ####...     ####")),
    "Round 20: mode 0 is found. Round 60: mode 0 is lost: hardly a note any more. " +
      "Round 80: mode 0 gets its last note. Round 140: mode 0 comes back.",
  );
});

test("a mode that vanishes at once gets its last note in the round before", () => {
  assert.equal(told(rowsOf("####   ")), "Round 30: mode 0 gets its last note.");
});

test("what lasts a single row is not told, nor how a game begins", () => {
  assert.equal(told(rowsOf("####.####")), "");
  assert.equal(told(rowsOf("    # .   ")), "");
  assert.equal(told(rowsOf("  ##..##"), { hold: 3 }), "");
});

test("a mode that flickers is said to come and go once, and told of again when it has settled", () => {
  const flicker = "##..".repeat(60);
  const events = eventsOf(rowsOf(flicker + "#".repeat(30)));
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ["lost", "back", "lost", "back", "restless", "back"],
  );
});

test("a mode that no samples show is not told of", () => {
  assert.equal(told(rowsOf("--##--")), "");
});

test("what happens in one round is one sentence", () => {
  assert.equal(told(rowsOf("  ##", "  ##", "##  ")), "Round 10: mode 2 gets its last note. Round 20: modes 0 and 1 are found.");
});

test("other modes are watched anew", () => {
  const rows = [...rowsOf("####"), ...rowsOf("    ", "####").map((row) => ({ ...row, round: row.round + 40 }))];
  assert.equal(told(rows), "");
});

test("a detective is told of when it catches nearly all or hardly any, ever less often", () => {
  const rows = (...rights) => rights.map((right, n) => ({ round: n, covered: [], right }));
  assert.equal(told(rows(0.7, 0.96, 0.97, 0.9, 0.97, 0.7, 0.7, 0.5, 0.5, 0.5, 0.5)), "Round 1: the detective catches nearly all of them. Round 7: the detective can hardly tell real from forged.");
  assert.equal(told(rows(null, undefined, NaN)), "");
  const swings = Array.from({ length: 400 }, (_, n) => (n % 10 < 5 ? 0.99 : 0.5));
  assert.ok(eventsOf(rows(...swings)).length <= 3);
});

test("what was done to a game is told beside what happened in it", () => {
  const events = [{ round: 1200, kind: "changed", words: "learning rate 0.01" }, { round: 1200, kind: "last", mode: 4 }, { round: 1300, kind: "diverged" }];
  assert.equal(captionOf(events), "Round 1,200: learning rate 0.01; mode 4 gets its last note. Round 1,300: a number stops being finite, and the game stands still.");
});

test("a film stays where something happens and hurries where nothing does", () => {
  const stays = staysOf([0, 10, 20, 30, 40, 50], [{ round: 25 }, { round: 30 }]);
  assert.deepEqual(stays, [0.5, 0.5, 1.2, 3, 1.2, 0.5]);
  assert.deepEqual(staysOf([0, 10], []), [0.5, 0.5]);
});

test("a past keeps its size and its first item, however long it gets", () => {
  const past = new Thinned(8);
  for (let round = 0; round < 10_000; round += 3) past.push({ round });
  assert.ok(past.length <= 8 && past.length >= 4);
  assert.equal(past.items[0].round, 0);
  const gaps = past.items.slice(1).map(({ round }, n) => round - past.items[n].round);
  assert.ok(Math.max(...gaps) <= 2.1 * Math.min(...gaps), String(gaps));
  const half = past.until(5000);
  assert.ok(half.items.every(({ round }) => round <= 5000));
  past.cut(100);
  assert.deepEqual(past.items, [{ round: 0 }]);
});
