/* Functions of four float32 numbers at a time, as expressions; good to a few units in the last place.
 *
 * They are written out rather than taken from the browser, so that a game is the same in all of them.
 * Each takes the locals of the function that it stands in, and a value. */

import { f32x4, get, i32x4, set, v128 } from "./assembler.js";

const { add, sub, mul, div, min, max, abs, gt, lt } = f32x4;
export const splat = (value) => v128.const(value);
const word = (value) => i32x4.const(value, value, value, value);

/* A value that is used more than once. */
export const bound = (locals, value, use) => {
  const local = locals.of("v128");
  const code = [set(local, value), use(get(local))];
  locals.release(local);
  return code;
};

/* Horner's scheme: coefficients from the highest power down; `x` is repeated. */
const polynomial = (x, [first, ...others]) => others.reduce((sum, one) => add(mul(sum, x), splat(one)), splat(first));

const LN2_HIGH = 0.693359375; // of few bits, so that its multiples are exact
const LN2_LOW = Math.LN2 - LN2_HIGH;
const LARGEST = 88.722839; // whose exponential is still finite
const SMALLEST = -87.336544; // whose exponential is still a normal number
const EXPONENTIAL = [5040, 720, 120, 24, 6, 2, 1, 1].map((factorial) => 1 / factorial);

const powerOfTwo = (exponent) => i32x4.shl(i32x4.add(exponent, word(127)), 23);

/* 2^n times the series of what is left of x, between -ln 2 / 2 and ln 2 / 2. */
export const expOf = (locals, value) =>
  bound(locals, value, (x) => {
    const within = min(max(x, splat(SMALLEST)), splat(LARGEST));
    const scaled = bound(locals, f32x4.nearest(mul(within, splat(Math.LOG2E))), (n) => {
      const rest = sub(sub(within, mul(n, splat(LN2_HIGH))), mul(n, splat(LN2_LOW)));
      const half = i32x4.shrS(i32x4.truncate(n), 1); // 2^128 itself is none of float32
      const series = bound(locals, rest, (r) => polynomial(r, EXPONENTIAL));
      return mul(mul(series, powerOfTwo(half)), powerOfTwo(i32x4.sub(i32x4.truncate(n), half)));
    });
    return v128.select(splat(Infinity), v128.select(splat(0), scaled, lt(x, splat(SMALLEST))), gt(x, splat(LARGEST)));
  });

const ROOT_HALF = 0x3f3504f3; // the bits of the root of 1/2
const AREA_TANGENT = [9, 7, 5, 3, 1].map((power) => 2 / power);

/* Of a positive normal number, without a look at others: 2 artanh((m - 1) / (m + 1)) and its power of two. */
const logOfNormal = (locals, value) =>
  bound(locals, value, (x) =>
    bound(locals, i32x4.shrS(i32x4.sub(x, word(ROOT_HALF)), 23), (exponent) => {
      const mantissa = i32x4.sub(x, i32x4.shl(exponent, 23));
      const share = bound(locals, mantissa, (m) => div(sub(m, splat(1)), add(m, splat(1))));
      const series = bound(locals, share, (s) => bound(locals, mul(s, s), (square) => mul(s, polynomial(square, AREA_TANGENT))));
      return add(mul(f32x4.convert(exponent), splat(Math.LN2)), series);
    }),
  );

/* log(1 + y) for y above -1; what rounding took from 1 + y is given back. */
export const logOnePlus = (locals, value) =>
  bound(locals, value, (y) =>
    bound(locals, add(y, splat(1)), (sum) => add(logOfNormal(locals, sum), div(sub(y, sub(sum, splat(1))), sum))),
  );

/* log(1 + exp(x)), which neither overflows nor vanishes. */
export const softplusOf = (locals, value) =>
  bound(locals, value, (x) => add(max(x, splat(0)), logOnePlus(locals, expOf(locals, f32x4.neg(abs(x))))));

export const sigmoidOf = (locals, value) => div(splat(1), add(splat(1), expOf(locals, f32x4.neg(value))));

const TANGENT = [-1382 / 155925, 62 / 2835, -17 / 315, 2 / 15, -1 / 3, 1];

export const tanhOf = (locals, value) =>
  bound(locals, value, (x) => {
    const near = bound(locals, mul(x, x), (square) => mul(x, polynomial(square, TANGENT)));
    const far = sub(splat(1), div(splat(2), add(splat(1), expOf(locals, add(x, x)))));
    return v128.select(near, far, lt(abs(x), splat(0.35)));
  });

/* The inverse error function between -1 and 1, in Giles's single-precision approximation ("Approximating
 * the erfinv function", 2012, table 5), which XLA draws normal numbers with too. */
export const CENTRE = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164, 0.246640727, 1.50140941,
];
export const TAIL = [
  -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047, 1.00167406, 2.83297682,
];

export const inverseError = (locals, value) =>
  bound(locals, value, (x) =>
    bound(locals, f32x4.neg(logOnePlus(locals, f32x4.neg(mul(x, x)))), (w) => {
      const central = bound(locals, sub(w, splat(2.5)), (from) => polynomial(from, CENTRE));
      const outer = bound(locals, sub(f32x4.sqrt(w), splat(3)), (from) => polynomial(from, TAIL));
      return mul(x, v128.select(central, outer, lt(w, splat(5))));
    }),
  );
