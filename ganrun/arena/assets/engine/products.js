/* Matrix products: blocks of 4 rows by 8 columns are held in registers while the sums are made.
 *
 * All arrays lie row by row without gaps. Lengths are in numbers, addresses in bytes. */

import { f32, f32x4, get, i32, set, upTo, v128, when, whileTrue } from "./assembler.js";
import { splat } from "./vectors.js";

const INDICES = ["i32", "i32", "i32", "i32", "i32", "i32"];
const { add: plus } = i32;
const number = i32.const;
const times4 = (value) => i32.shl(value, number(2));

/* Add the products to an assembly; returns the indices of its functions, all of (out, a, b, M, N, K):
 * `plain`: out [M, N] = a [M, K] times b [K, N], of 4 columns or more;
 * `across`: out [M, N] = a [K, M] transposed times b [K, N], likewise;
 * `dots`: out [M, N] of the rows of a [M, K] with those of b [N, K];
 * `few`: as `across`, for any small M and N. */
export const addProducts = (assembly) => ({
  plain: assembly.function("plain", INDICES, (locals, ...given) => inBlocks(locals, given, plainBlock)),
  across: assembly.function("across", INDICES, (locals, ...given) => inBlocks(locals, given, acrossBlock)),
  dots: assembly.function("dots", INDICES, dots),
  few: assembly.function("few", INDICES, few),
});

/* Over all of `out`: rows by 4 and then singly, columns by 8 and by 4; what is left of them is done
 * together with some that were done before, which come out the same. */
function inBlocks(locals, given, block) {
  const [, , , rows, columns] = given;
  const [i, j] = [locals.of("i32"), locals.of("i32")];
  const fits = (at, size, length) => i32.leS(plus(get(at), number(size)), get(length));
  const across = (height) => [
    set(j, number(0)),
    whileTrue(fits(j, 8, columns), [block(locals, given, i, j, height, 2), set(j, plus(get(j), number(8)))]),
    whileTrue(fits(j, 4, columns), [block(locals, given, i, j, height, 1), set(j, plus(get(j), number(4)))]),
    when(i32.ltS(get(j), get(columns)), [set(j, i32.sub(get(columns), number(4))), block(locals, given, i, j, height, 1)]),
    set(i, plus(get(i), number(height))),
  ];
  return [set(i, number(0)), whileTrue(fits(i, 4, rows), across(4)), whileTrue(fits(i, 1, rows), across(1))];
}

/* One block: `walk(add)` goes along K, and `add(p)` is what it does at each step. */
function summed(locals, [out, , b, , columns], i, j, height, width, walk) {
  const sums = Array.from({ length: height * width }, () => locals.of("v128"));
  const row = Array.from({ length: width }, () => locals.of("v128"));
  const [one, fromB, to] = [locals.of("v128"), locals.of("i32"), locals.of("i32")];
  const step = (load) => [
    row.map((local, w) => set(local, v128.load(get(fromB), 16 * w))),
    Array.from({ length: height }, (_, h) => [
      set(one, load(h)),
      row.map((local, w) => set(sums[h * width + w], f32x4.add(get(sums[h * width + w]), f32x4.mul(get(one), get(local))))),
    ]),
    set(fromB, plus(get(fromB), times4(get(columns)))),
  ];
  const code = [
    sums.map((local) => set(local, splat(0))),
    set(fromB, plus(get(b), times4(get(j)))),
    walk(step),
    set(to, plus(get(out), times4(plus(i32.mul(get(i), get(columns)), get(j))))),
    Array.from({ length: height }, (_, h) => [
      row.map((_one, w) => v128.store(get(to), get(sums[h * width + w]), 16 * w)),
      set(to, plus(get(to), times4(get(columns)))),
    ]),
  ];
  locals.release(...sums, ...row, one, fromB, to);
  return code;
}

const UNROLLED = 4;

function plainBlock(locals, given, i, j, height, width) {
  const [, a, , , , inner] = given;
  const from = Array.from({ length: height }, () => locals.of("i32"));
  const p = locals.of("i32");
  const onward = (steps) => [from.map((local) => set(local, plus(get(local), number(4 * steps)))), set(p, plus(get(p), number(steps)))];
  const code = summed(locals, given, i, j, height, width, (step) => [
    from.map((local, h) => set(local, plus(get(a), times4(i32.mul(plus(get(i), number(h)), get(inner)))))),
    set(p, number(0)),
    whileTrue(i32.leS(plus(get(p), number(UNROLLED)), get(inner)), [
      Array.from({ length: UNROLLED }, (_, u) => step((h) => v128.loadSplat(get(from[h]), 4 * u))),
      onward(UNROLLED),
    ]),
    whileTrue(i32.ltS(get(p), get(inner)), [step((h) => v128.loadSplat(get(from[h]))), onward(1)]),
  ]);
  locals.release(...from, p);
  return code;
}

function acrossBlock(locals, given, i, j, height, width) {
  const [, a, , rows, , inner] = given;
  const [from, p] = [locals.of("i32"), locals.of("i32")];
  const code = summed(locals, given, i, j, height, width, (step) => [
    set(from, plus(get(a), times4(get(i)))),
    set(p, number(0)),
    upTo(p, get(inner), 1, [step((h) => v128.loadSplat(get(from), 4 * h)), set(from, plus(get(from), times4(get(rows))))]),
  ]);
  locals.release(from, p);
  return code;
}

function dots(locals, out, a, b, rows, columns, inner) {
  const [i, j, p, from, to] = Array.from({ length: 5 }, () => locals.of("i32"));
  const [sums, rest] = [locals.of("v128"), locals.of("f32")];
  const along = times4(get(inner));
  const four = f32x4.mul(v128.load(get(from)), v128.load(get(to)));
  const one = f32.mul(f32.load(get(from)), f32.load(get(to)));
  const onward = (steps) => [from, to].map((local) => set(local, plus(get(local), number(4 * steps))));
  return upTo(i, get(rows), 1, [
    set(j, number(0)),
    upTo(j, get(columns), 1, [
      set(from, plus(get(a), i32.mul(get(i), along))),
      set(to, plus(get(b), i32.mul(get(j), along))),
      set(sums, splat(0)),
      set(rest, f32.const(0)),
      set(p, number(4)),
      whileTrue(i32.leS(get(p), get(inner)), [set(sums, f32x4.add(get(sums), four)), onward(4), set(p, plus(get(p), number(4)))]),
      set(p, i32.sub(get(p), number(4))),
      upTo(p, get(inner), 1, [set(rest, f32.add(get(rest), one)), onward(1)]),
      f32.store(get(out), f32.add(get(rest), acrossLanes(get(sums)))),
      set(out, plus(get(out), number(4))),
    ]),
  ]);
}

/* The sum of a vector's four numbers. */
export const acrossLanes = (sums) => {
  const lane = (index) => v128.lane(sums, index);
  return f32.add(f32.add(lane(0), lane(1)), f32.add(lane(2), lane(3)));
};

function few(locals, out, a, b, rows, columns, inner) {
  const [i, j, p, from, to] = Array.from({ length: 5 }, () => locals.of("i32"));
  const total = locals.of("f32");
  return upTo(i, get(rows), 1, [
    set(j, number(0)),
    upTo(j, get(columns), 1, [
      set(from, plus(get(a), times4(get(i)))),
      set(to, plus(get(b), times4(get(j)))),
      set(total, f32.const(0)),
      set(p, number(0)),
      upTo(p, get(inner), 1, [
        set(total, f32.add(get(total), f32.mul(f32.load(get(from)), f32.load(get(to))))),
        set(from, plus(get(from), times4(get(rows)))),
        set(to, plus(get(to), times4(get(columns)))),
      ]),
      f32.store(get(out), get(total)),
      set(out, plus(get(out), number(4))),
    ]),
  ]);
}
