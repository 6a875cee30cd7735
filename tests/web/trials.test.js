import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { medianAndWorst, phaseCells } from "../../ganrun/report/web/assets/phase_counts.js";
import { ratesOf } from "../../ganrun/report/web/assets/rates.js";
import { orderOf, parseFilter } from "../../ganrun/report/web/assets/filters.js";

const FILTERS = JSON.parse(readFileSync(new URL("./filters.json", import.meta.url), "utf8"));

test("filters keep what they keep in Python, and say the same of what they cannot use", () => {
  const { columns, cases } = FILTERS;
  const count = columns[0].values.length;
  const rows = { columns, count, value: (column, index) => column.values[index] };
  const said = columns.filter((column) => !column.numeric);
  const words = (index) => said.map(({ values }) => values[index]).join(" ").toLowerCase();
  const inPython = (said) => said.replace(/[“”]/g, "'"); // a page has quotes of its own
  for (const [text, expected, nothing = ""] of cases) {
    const { tests, problem, fitsNothing } = parseFilter(text, rows, words);
    const kept = columns[0].values.map((_, n) => n).filter((n) => tests.every((one) => one(n)));
    assert.deepEqual(inPython(problem) || kept, expected, text);
    if (!problem) assert.equal(inPython(fitsNothing()), nothing, text);
  }
});

test("what has no value comes last whichever way one sorts, and ties stay as they stand", () => {
  assert.deepEqual(orderOf([2, null, 10, 2], true, true), [0, 3, 2, 1]);
  assert.deepEqual(orderOf([2, null, 10, 2], true, false), [2, 0, 3, 1]);
  assert.deepEqual(orderOf(["b", "", "a", "B"], false, true), [3, 2, 0, 1]);
});

const axis = (labels, rising) => ({ labels, rising, place: labels.map((_, n) => n) });
/* Two factors of two and three levels, with two seeds: twelve trials, the points row by row. */
const PHASE = {
  factors: [
    { field: "a", name: "A", number: [0, 0, 0, 1, 1, 1], across: axis(["1", "2"]) },
    { field: "b", name: "B", number: [0, 1, 2, 0, 1, 2], down: axis(["x", "y", "z"], true) },
  ],
};

test("every trial stands in one cell, the last level of a rising axis at the top", () => {
  const { columns, rows, cells } = phaseCells(PHASE, { across: "a", down: "b", fixed: {} }, 2, 12);
  assert.deepEqual([columns, rows, cells.length], [2, 3, 6]);
  const corner = cells.find(({ row, column }) => row === 0 && column === 1);
  assert.deepEqual(corner, { row: 0, column: 1, name: "A 2, B z", trials: [10, 11] });
  const all = cells.flatMap(({ trials }) => trials).sort((x, y) => x - y);
  assert.deepEqual(all, Array.from({ length: 12 }, (_, n) => n));
});

test("a level that is held leaves only its trials", () => {
  const { cells } = phaseCells(PHASE, { across: null, down: null, fixed: { b: 1 } }, 2, 12);
  assert.deepEqual(cells[0].trials, [2, 3, 8, 9]);
});

test("rates and means have the intervals that Python gives them", () => {
  const file = new URL("./rates.json", import.meta.url);
  const { rule, cases } = JSON.parse(readFileSync(file, "utf8"));
  for (const { seeds, most, values, groups, expected } of cases) {
    const found = ratesOf({ values, most }, groups, seeds, rule);
    expected.forEach((one, n) => {
      assert.equal(found[n].trials, one.trials);
      for (const name of ["value", "low", "high"]) {
        if (one[name] === null) assert.equal(found[n][name], null);
        else assert.ok(Math.abs(found[n][name] - one[name]) < 2e-5, `${name} of ${n}`);
      }
    });
  }
});

test("a rate leaves out what is unknown, and of one seed there is no interval", () => {
  const { rule } = JSON.parse(readFileSync(new URL("./rates.json", import.meta.url), "utf8"));
  const outcome = { most: 1, values: [1, null, 0, 1] };
  const [all, none] = ratesOf(outcome, [[0, 1, 2, 3], [1]], 2, rule);
  assert.deepEqual([all.trials, all.sum, all.value], [3, 2, 2 / 3]);
  assert.deepEqual(none, { trials: 0, sum: 0, value: null, low: null, high: null });
  const [alone] = ratesOf(outcome, [[0, 2, 3]], 1, rule);
  assert.deepEqual([alone.value, alone.low, alone.high], [2 / 3, null, null]);
});

test("of two trials in the middle the worse is the median", () => {
  assert.deepEqual(medianAndWorst([4, 7]), { median: 7, worst: 7 });
  assert.deepEqual(medianAndWorst([]), { median: null, worst: null });
});

test("the cells of a lone factor say which factor their level is of", () => {
  const lone = { ...PHASE.factors[1], lone: { ...axis(["x", "y", "z"], true), columns: 2 } };
  const found = phaseCells({ factors: [lone] }, { across: "b", down: null, fixed: {} }, 2, 12);
  assert.equal(found.lone, "B");
  assert.deepEqual(found.cells.map(({ name, level, row, column }) => [name, level, row, column]), [
    ["B x", "x", 0, 0],
    ["B y", "y", 0, 1],
    ["B z", "z", 1, 0],
  ]);
});
