/* Uniform numbers as `numpy.random.Generator(PCG64(seed)).random()` gives them: random layouts are placed
 * by these. PCG XSL RR 128/64 (O'Neill 2014), seeded through NumPy's SeedSequence. */

const M128 = (1n << 128n) - 1n;
const M64 = (1n << 64n) - 1n;
const MULTIPLIER = (2549297995355413924n << 64n) + 4865540595714422341n;

const POOL = 4;
const shifted = (value) => (value ^ (value >>> 16)) >>> 0;

/* A hash that is another one at each call. */
function hashing(start, multiplier) {
  let constant = start;
  return (value) => {
    const mixed = value ^ constant;
    constant = Math.imul(constant, multiplier);
    return shifted(Math.imul(mixed, constant));
  };
}

/* Eight words of a seed below 2^32. */
function seedWords(seed) {
  const hash = hashing(0x43b0d7e5, 0x931e8875);
  const pool = Array.from({ length: POOL }, (_, i) => hash(i === 0 ? seed : 0));
  for (let from = 0; from < POOL; from += 1) {
    for (let to = 0; to < POOL; to += 1) {
      if (from !== to) pool[to] = shifted((Math.imul(0xca01f9dd, pool[to]) - Math.imul(0x4973f715, hash(pool[from]))) | 0);
    }
  }
  const last = hashing(0x8b51f9dd, 0x58f38ded);
  return Array.from({ length: 2 * POOL }, (_, i) => BigInt(last(pool[i % POOL])));
}

export function generator(seed) {
  const words = seedWords(seed);
  const long = (i) => words[2 * i] | (words[2 * i + 1] << 32n);
  const increment = ((((long(2) << 64n) | long(3)) << 1n) | 1n) & M128;
  const next = (state) => (state * MULTIPLIER + increment) & M128;
  let state = next((next(0n) + ((long(0) << 64n) | long(1))) & M128);
  return () => {
    state = next(state);
    const turn = state >> 122n;
    const folded = (state >> 64n) ^ (state & M64);
    const output = ((folded >> turn) | (folded << (64n - turn))) & M64;
    return Number(output >> 11n) * 2 ** -53;
  };
}
