/* Sums, and moves of numbers from one place to another: functions that the compiled graph calls. */

import { copyBytes, f32, f32x4, get, i32, set, upTo, v128, when, whileTrue } from "./assembler.js";
import { acrossLanes } from "./products.js";
import { splat } from "./vectors.js";

const { add: plus } = i32;
const number = i32.const;
const times4 = (value) => i32.shl(value, number(2));
const forward = (local, bytes) => set(local, plus(get(local), bytes));

/* Add them to an assembly; returns the indices of:
 * `sumAll(out, a, N)`, `sumRows(out, a, R, C)` and `sumColumns(out, a, R, C)`;
 * `transpose(out, a, R, C)`;
 * `spreadRow(out, a, R, C)` and `spreadColumn(out, a, R, C)`: an array of one row or column, repeated;
 * `moveRows(out, every, a, every, bytes, R)`: so many bytes of each row, of rows `every` so many apart;
 * `greatest(out, a, N, count)`: 1 for the numbers that fewer than `count` go before, else 0;
 * `picked(out, a, numbers, R, C)`: rows of `a` by their numbers; `gathered(out, a, numbers, R, C)`: rows of
 *     `a` added to those of `out` that have these numbers;
 * `isFinite(a, N)`: 0 exactly where all are finite, else NaN. */
export const addReductions = (assembly) => ({
  sumAll: assembly.function("sumAll", ["i32", "i32", "i32"], sumAll),
  sumRows: assembly.function("sumRows", ["i32", "i32", "i32", "i32"], sumRows),
  sumColumns: assembly.function("sumColumns", ["i32", "i32", "i32", "i32"], sumColumns),
  transpose: assembly.function("transpose", ["i32", "i32", "i32", "i32"], transpose),
  spreadRow: assembly.function("spreadRow", ["i32", "i32", "i32", "i32"], (locals, ...given) => spreadEach(locals, given, false)),
  spreadColumn: assembly.function("spreadColumn", ["i32", "i32", "i32", "i32"], (locals, ...given) => spreadEach(locals, given, true)),
  moveRows: assembly.function("moveRows", ["i32", "i32", "i32", "i32", "i32", "i32"], moveRows),
  greatest: assembly.function("greatest", ["i32", "i32", "i32", "i32"], greatest),
  picked: assembly.function("picked", ["i32", "i32", "i32", "i32", "i32"], picked),
  gathered: assembly.function("gathered", ["i32", "i32", "i32", "i32", "i32"], gathered),
  isFinite: assembly.function("isFinite", ["i32", "i32"], isFinite, "f32"),
});

/* `four` for whole vectors from `at` on, `one` for the numbers that are left; `at` moves along. */
function along(locals, at, count, { four, one }) {
  const left = locals.of("i32");
  const code = [
    set(left, count),
    whileTrue(i32.geS(get(left), number(4)), [four, forward(at, number(16)), set(left, i32.sub(get(left), number(4)))]),
    whileTrue(i32.gtS(get(left), number(0)), [one, forward(at, number(4)), set(left, i32.sub(get(left), number(1)))]),
  ];
  locals.release(left);
  return code;
}

function total(locals, at, count, term = { four: (x) => x, one: (x) => x }) {
  const [sums, rest] = [locals.of("v128"), locals.of("f32")];
  const code = [
    set(sums, splat(0)),
    set(rest, f32.const(0)),
    along(locals, at, count, {
      four: set(sums, f32x4.add(get(sums), term.four(v128.load(get(at))))),
      one: set(rest, f32.add(get(rest), term.one(f32.load(get(at))))),
    }),
    f32.add(get(rest), acrossLanes(get(sums))),
  ];
  locals.release(sums, rest);
  return code;
}

/* The address first, then the value: a store takes them in this order. */
const sumAll = (locals, out, a, count) => f32.store(get(out), total(locals, a, get(count)));

const isFinite = (locals, a, count) =>
  total(locals, a, get(count), { four: (x) => f32x4.mul(x, splat(0)), one: (x) => f32.mul(x, f32.const(0)) });

function sumRows(locals, out, a, rows, columns) {
  const [i, j, at] = [locals.of("i32"), locals.of("i32"), locals.of("i32")];
  const [sums, sum] = [locals.of("v128"), locals.of("f32")];
  const down = (start, add) => [
    set(at, plus(get(a), times4(get(j)))),
    start,
    set(i, number(0)),
    upTo(i, get(rows), 1, [add, forward(at, times4(get(columns)))]),
  ];
  const four = [
    down(set(sums, splat(0)), set(sums, f32x4.add(get(sums), v128.load(get(at))))),
    v128.store(plus(get(out), times4(get(j))), get(sums)),
  ];
  const one = [
    down(set(sum, f32.const(0)), set(sum, f32.add(get(sum), f32.load(get(at))))),
    f32.store(plus(get(out), times4(get(j))), get(sum)),
  ];
  return [
    whileTrue(i32.leS(plus(get(j), number(4)), get(columns)), [four, set(j, plus(get(j), number(4)))]),
    upTo(j, get(columns), 1, one),
  ];
}

const sumColumns = (locals, out, a, rows, columns) => {
  const i = locals.of("i32");
  return upTo(i, get(rows), 1, [f32.store(get(out), total(locals, a, get(columns))), forward(out, number(4))]);
};

function transpose(locals, out, a, rows, columns) {
  const [i, j, at] = [locals.of("i32"), locals.of("i32"), locals.of("i32")];
  return upTo(j, get(columns), 1, [
    set(at, plus(get(a), times4(get(j)))),
    set(i, number(0)),
    upTo(i, get(rows), 1, [f32.store(get(out), f32.load(get(at))), forward(out, number(4)), forward(at, times4(get(columns)))]),
  ]);
}

function spreadEach(locals, [out, a, rows, columns], byRow) {
  const [i, j] = [locals.of("i32"), locals.of("i32")];
  return upTo(i, get(rows), 1, [
    set(j, number(0)),
    upTo(j, get(columns), 1, [
      f32.store(get(out), f32.load(plus(get(a), times4(get(byRow ? i : j))))),
      forward(out, number(4)),
    ]),
  ]);
}

const moveRows = (locals, out, outEvery, a, every, bytes, rows) => {
  const i = locals.of("i32");
  const move = [copyBytes(get(out), get(a), get(bytes)), forward(out, get(outEvery)), forward(a, get(every))];
  return upTo(i, get(rows), 1, move);
};

/* By rank, as in Python: a number goes before a smaller one, and before an equal one that comes later. */
function greatest(locals, out, a, rows, count) {
  const [i, j] = [locals.of("i32"), locals.of("i32")];
  const [before, one, other] = [locals.of("f32"), locals.of("f32"), locals.of("f32")];
  const at = (index) => f32.load(plus(get(a), times4(get(index))));
  const counted = set(before, f32.add(get(before), f32.const(1)));
  return upTo(i, get(rows), 1, [
    set(one, at(i)),
    set(before, f32.const(0)),
    set(j, number(0)),
    upTo(j, get(rows), 1, [
      set(other, at(j)),
      when(f32.gt(get(other), get(one)), counted),
      when(i32.and(f32.eq(get(other), get(one)), i32.ltS(get(j), get(i))), counted),
    ]),
    f32.store(get(out), f32.of(f32.lt(get(before), f32.load(get(count))))),
    forward(out, number(4)),
  ]);
}

/* The address of the row whose number stands where `numbers` points to. */
const rowAt = (start, numbers, columns) => plus(get(start), times4(i32.mul(i32.truncate(f32.load(get(numbers))), get(columns))));

function picked(locals, out, a, numbers, rows, columns) {
  const i = locals.of("i32");
  return upTo(i, get(rows), 1, [
    copyBytes(get(out), rowAt(a, numbers, columns), times4(get(columns))),
    forward(out, times4(get(columns))),
    forward(numbers, number(4)),
  ]);
}

function gathered(locals, out, a, numbers, rows, columns) {
  const [i, j, to] = [locals.of("i32"), locals.of("i32"), locals.of("i32")];
  return upTo(i, get(rows), 1, [
    set(to, rowAt(out, numbers, columns)),
    set(j, number(0)),
    upTo(j, get(columns), 1, [
      f32.store(get(to), f32.add(f32.load(get(to)), f32.load(get(a)))),
      forward(to, number(4)),
      forward(a, number(4)),
    ]),
    forward(numbers, number(4)),
  ]);
}
