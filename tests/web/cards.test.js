import assert from "node:assert/strict";
import test from "node:test";

import { refusal, staysAt } from "../../ganrun/arena/assets/admitted.js";
import { cardWords } from "../../ganrun/arena/assets/card_words.js";
import { beginning } from "../../ganrun/arena/assets/draw_target.js";
import { ModeShares } from "../../ganrun/arena/assets/mode_shares.js";

const metrics = (round, covered) => ({ round, covered, shares: covered.map((one) => (one ? 0.4 : 0)), modes_covered: covered.filter(Boolean).length });
const VERDICT = { word: "collapsed", evidence: "Mode 1 is missing.", at_round: 200 };
const RECOVERED = { count: 2, at_round: 200, beyond: null };

test("a card's count, its missing modes and its verdict are of one round, or say of which they are", () => {
  const found = { modes_recovered: RECOVERED, verdict: VERDICT };
  const settled = cardWords({ metrics: metrics(200, [true, false, true]), ...found }, 3);
  assert.equal(settled.evidence, "Mode 1 is missing.");
  assert.equal(`${settled.covered} ${settled.of}${settled.stricter}`, "2 of 3 modes covered, 2\u00a0recovered");
  assert.equal(settled.missing, "Mode 1 is missing.");
  const later = cardWords({ metrics: metrics(1500, [true, true, true]), ...found }, 3);
  assert.deepEqual([later.covered, later.missing, later.isWhole], ["3", "No mode is missing.", true]);
  assert.equal(later.evidence, "Mode 1 is missing. As of round\u00a0200.");
  assert.equal(later.of + later.stricter, "of 3 modes covered, 2\u00a0recovered by round\u00a0200");
});

test("a picture of another target counts for nothing", () => {
  const words = cardWords({ metrics: metrics(7, [true, true, true]), modes_recovered: null, verdict: null }, 8);
  assert.deepEqual([words.metrics, words.covered, words.missing, words.isWhole], [null, "–", "", false]);
});

test("a mode that perfect samples do not show is not missing, nor is it covered", () => {
  const words = cardWords({ metrics: metrics(7, [true, null]), modes_recovered: { count: 2, at_round: 7, beyond: 1 }, verdict: null }, 2);
  assert.equal(`${words.covered} ${words.of}${words.stricter}`, "1 of 2 modes covered, 2\u00a0recovered, above what perfect samples reach (1)");
  assert.deepEqual([words.missing, words.isWhole], ["No mode is missing.", true]);
});

/* A ledger without a page to draw on. */
function ledger(modes) {
  const shares = Object.create(ModeShares.prototype);
  Object.assign(shares, { canvas: { style: { setProperty() {} } }, readColours() {} });
  shares.clear(Array(modes).fill(1 / modes));
  return shares;
}

test("the ledger shows what the count is of, also where a round is looked at once more", () => {
  const shares = ledger(3);
  shares.push(metrics(5, [true, false, true]));
  shares.push(metrics(5, [true, null, true]));
  assert.deepEqual(shares.now.covered, [true, null, true]);
  assert.equal(shares.history.length, 1);
  shares.push(metrics(6, [true, true, true]));
  assert.equal(shares.history.length, 2);
});

test("a field says why it does not take a number, and where it stays", () => {
  const steps = { least: 1, most: 20, kind: "whole" };
  assert.equal(refusal("5", steps), "");
  assert.equal(refusal("0", steps), "0 is too small: at least 1.");
  assert.equal(refusal("21", steps), "21 is too large: at most 20.");
  assert.equal(refusal("2.5", steps), "2.5 is not whole.");
  assert.equal(refusal("", steps), "That is no number.");
  assert.equal(refusal("", { ...steps, empty: "no clipping" }), "");
  assert.equal(refusal("", { ...steps, empty: "no clipping" }, true), "That is no number.");
  assert.equal(refusal("1e400", { least: 0 }), "That is no number.");
  assert.equal(staysAt(refusal("21", steps), 3), "21 is too large: at most 20. It stays at 3.");
  assert.equal(staysAt("No.", null, "no clipping"), "No. It stays empty (no clipping).");
});

test("modes that the square cannot hold are told of when it opens", () => {
  const limits = { modes: 2, view: 3, std: { low: 0.02, high: 0.5 } };
  assert.equal(beginning([[0, 0]], 0.1, limits), "1 mode to begin with.");
  const words = beginning([[0, 0], [4, 0], [1, 1]], 0.7, limits);
  assert.equal(words, "2 modes to begin with. 1 more mode cannot be drawn: 2 are the most. 1 mode from beyond the square came to its edge. Their width was 0.7: 0.5 is the most.");
});
