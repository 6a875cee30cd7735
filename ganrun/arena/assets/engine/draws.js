/* Random numbers by identity, word for word those of `ganrun.game.randomness`: Threefry-2x32 with 20
 * rounds (Salmon et al. 2011), whose keys are derived and never stepped. So a seed is the same game here
 * and in Python, up to rounding. */

import { f32x4, get, i32, i32x4, set, v128, whileTrue } from "./assembler.js";
import { inverseError, splat } from "./vectors.js";

const ROTATIONS = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
];
const PARITY = 0x1bd11bda;

/* Purposes of random numbers, as in Python. */
export const STREAM = { generatorInit: 0, discriminatorInit: 1, round: 2, evaluation: 3, snapshot: 4, singleStep: 6, pool: 7, company: 8, shown: 10 };

function threefry([first, second], x, y) {
  const keys = [first, second, first ^ second ^ PARITY];
  let [a, b] = [(x + keys[0]) | 0, (y + keys[1]) | 0];
  for (let i = 0; i < 5; i += 1) {
    for (const bits of ROTATIONS[i % 2]) {
      a = (a + b) | 0;
      b = a ^ ((b << bits) | (b >>> (32 - bits)));
    }
    a = (a + keys[(i + 1) % 3]) | 0;
    b = (b + keys[(i + 2) % 3] + i + 1) | 0;
  }
  return [a, b];
}

/* The child of a key by a number; also what splitting a key gives, number by number. */
export const foldIn = (key, number) => threefry(key, 0, number);

/* The key of one purpose at one round of one seed. */
export const roundKey = (seed, stream, round) => foldIn(foldIn([0, seed | 0], stream), round);

/* So many 32-bit words of a key. */
export function words(key, count) {
  const half = (count + 1) >> 1;
  const found = new Uint32Array(2 * half);
  for (let i = 0; i < half; i += 1) [found[i], found[half + i]] = threefry(key, i, i + half);
  return found.subarray(0, count);
}

/* So many whole numbers below `span`, as `jax.random.randint` draws them. */
export function wholeNumbers(key, count, span) {
  const [high, low] = [words(foldIn(key, 0), count), words(foldIn(key, 1), count)];
  const power = BigInt(span);
  const factor = Number((1n << 32n) % power);
  return Float64Array.from(high, (word, i) => Number((BigInt((Math.imul(word % span, factor) >>> 0) + (low[i] % span)) & 0xffffffffn) % power));
}

/* Add to an assembly the functions `uniform(out, N, key, key, low, high)` and `normal(out, N, key, key)`;
 * `out` must have room for four numbers more. */
export const addDraws = (assembly) => ({
  uniform: assembly.function("uniform", ["i32", "i32", "i32", "i32", "f32", "f32"], uniform),
  normal: assembly.function("normal", ["i32", "i32", "i32", "i32"], normal),
});

const isotropic = (word) => i32x4.const(word, word, word, word);

function uniform(locals, out, count, first, second, low, high) {
  const [least, span] = [v128.splat(get(low)), f32x4.sub(v128.splat(get(high)), v128.splat(get(low)))];
  return drawn(locals, out, count, first, second, (share) => f32x4.max(least, f32x4.add(f32x4.mul(share, span), least)));
}

const LEAST = -(1 - 2 ** -24); // above -1, where the inverse error function is infinite

const normal = (locals, out, count, first, second) =>
  drawn(locals, out, count, first, second, (share) => {
    const between = f32x4.max(splat(LEAST), f32x4.add(f32x4.add(share, share), splat(LEAST)));
    return f32x4.mul(splat(Math.SQRT2), inverseError(locals, between));
  });

/* `made` of numbers in [0, 1), of which a word makes one. From the last block to the first: what the last
 * ones have too many is overwritten. */
function drawn(locals, out, count, first, second, made) {
  const [at, half] = [locals.of("i32"), locals.of("i32")];
  const [x, y, third] = [locals.of("v128"), locals.of("v128"), locals.of("v128")];
  const keys = [i32x4.splat(get(first)), i32x4.splat(get(second)), get(third)];
  const share = (word) => f32x4.sub(v128.or(i32x4.shrU(word, 9), splat(1)), splat(1));
  const turn = (bits) => [
    set(x, i32x4.add(get(x), get(y))),
    set(y, v128.xor(get(x), v128.or(i32x4.shl(get(y), bits), i32x4.shrU(get(y), 32 - bits)))),
  ];
  const rounds = [0, 1, 2, 3, 4].map((i) => [
    ROTATIONS[i % 2].map(turn),
    set(x, i32x4.add(get(x), keys[(i + 1) % 3])),
    set(y, i32x4.add(i32x4.add(get(y), keys[(i + 2) % 3]), isotropic(i + 1))),
  ]);
  const address = (index) => i32.add(get(out), i32.shl(index, i32.const(2)));
  return [
    set(third, v128.xor(v128.xor(keys[0], keys[1]), isotropic(PARITY))),
    set(half, i32.shrU(i32.add(get(count), i32.const(1)), i32.const(1))),
    set(at, i32.and(i32.sub(get(half), i32.const(1)), i32.const(-4))),
    whileTrue(i32.geS(get(at), i32.const(0)), [
      set(x, i32x4.add(i32x4.splat(get(at)), i32x4.const(0, 1, 2, 3))),
      set(y, i32x4.add(i32x4.add(get(x), i32x4.splat(get(half))), keys[1])),
      set(x, i32x4.add(get(x), keys[0])),
      rounds,
      v128.store(address(get(at)), made(share(get(x)))),
      v128.store(address(i32.add(get(at), get(half))), made(share(get(y)))),
      set(at, i32.sub(get(at), i32.const(4))),
    ]),
  ];
}
