/* A WebAssembly module from expressions, without a toolchain: what the engine's kernels are made with.
 *
 * An expression is an array of bytes, nested as it comes, that leaves its value on the stack; a
 * statement leaves none. Names of instructions are those of the specification. */

const TYPES = { i32: 0x7f, f32: 0x7d, v128: 0x7b };
const PAGE = 65536;

const unsigned = (value) => {
  const bytes = [];
  let left = value;
  while (left >= 0x80) {
    bytes.push((left & 0x7f) | 0x80);
    left = Math.floor(left / 128);
  }
  return [...bytes, left];
};

const signed = (value) => {
  const bytes = [];
  let left = value | 0;
  while (left < -64 || left > 63) {
    bytes.push((left & 0x7f) | 0x80);
    left >>= 7;
  }
  return [...bytes, left & 0x7f];
};

const float = new DataView(new ArrayBuffer(4));
const floatBytes = (value) => {
  float.setFloat32(0, value, true);
  return [0, 1, 2, 3].map((at) => float.getUint8(at));
};

const vector = (code) => [0xfd, unsigned(code)];
const plain = (code) => (...values) => [values, code];
const ofVectors = (code) => (...values) => [values, vector(code)];
const place = (offset) => [0, unsigned(offset)]; // unaligned is as good

export const get = (local) => [0x20, unsigned(local)];
export const set = (local, value) => [value, 0x21, unsigned(local)];
export const call = (index, ...values) => [values, 0x10, unsigned(index)];

export const i32 = {
  const: (value) => [0x41, signed(value)],
  add: plain(0x6a),
  sub: plain(0x6b),
  mul: plain(0x6c),
  and: plain(0x71),
  shl: plain(0x74),
  shrU: plain(0x76),
  ltS: plain(0x48),
  gtS: plain(0x4a),
  leS: plain(0x4c),
  geS: plain(0x4e),
  truncate: (value) => [value, 0xfc, 0x00], // of an f32, with no trap for what fits no whole number
};

export const f32 = {
  const: (value) => [0x43, floatBytes(value)],
  load: (at, offset = 0) => [at, 0x2a, place(offset)],
  store: (at, value, offset = 0) => [at, value, 0x38, place(offset)],
  add: plain(0x92),
  mul: plain(0x94),
  eq: plain(0x5b),
  lt: plain(0x5d),
  gt: plain(0x5e),
  of: plain(0xb3), // an unsigned whole number
};

export const v128 = {
  load: (at, offset = 0) => [at, vector(0x00), place(offset)],
  loadSplat: (at, offset = 0) => [at, vector(0x09), place(offset)],
  loadPair: (at, offset = 0) => [at, vector(0x0a), place(offset)],
  store: (at, value, offset = 0) => [at, value, vector(0x0b), place(offset)],
  const: (...words) => [vector(0x0c), new Array(4).fill(0).map((_, lane) => floatBytes(words[lane % words.length]))],
  and: ofVectors(0x4e),
  or: ofVectors(0x50),
  xor: ofVectors(0x51),
  select: ofVectors(0x52), // (where set, elsewhere, mask)
  splat: ofVectors(0x13),
  lane: (value, lane) => [value, vector(0x1f), lane],
};

export const i32x4 = {
  splat: ofVectors(0x11),
  const: (...words) => [vector(0x0c), words.flatMap((word) => [0, 8, 16, 24].map((shift) => (word >>> shift) & 0xff))],
  shl: (value, bits) => [value, i32.const(bits), vector(0xab)],
  shrS: (value, bits) => [value, i32.const(bits), vector(0xac)],
  shrU: (value, bits) => [value, i32.const(bits), vector(0xad)],
  add: ofVectors(0xae),
  sub: ofVectors(0xb1),
  truncate: ofVectors(0xf8),
};

export const f32x4 = {
  gt: ofVectors(0x44),
  lt: ofVectors(0x43),
  ge: ofVectors(0x46),
  eq: ofVectors(0x41),
  nearest: ofVectors(0x6a),
  abs: ofVectors(0xe0),
  neg: ofVectors(0xe1),
  sqrt: ofVectors(0xe3),
  add: ofVectors(0xe4),
  sub: ofVectors(0xe5),
  mul: ofVectors(0xe6),
  div: ofVectors(0xe7),
  min: ofVectors(0xe8),
  max: ofVectors(0xe9),
  convert: ofVectors(0xfa),
};

export const copyBytes = (to, from, bytes) => [to, from, bytes, 0xfc, 0x0a, 0, 0];
export const fillBytes = (to, value, bytes) => [to, value, bytes, 0xfc, 0x0b, 0];

/* `body` while the condition holds, which is asked before each turn. */
export const whileTrue = (condition, body) => [0x02, 0x40, 0x03, 0x40, condition, 0x45, 0x0d, 1, body, 0x0c, 0, 0x0b, 0x0b];

export const when = (condition, body) => [condition, 0x04, 0x40, body, 0x0b];

/* `local` from its present value by `step` as long as it is below `end`. */
export const upTo = (local, end, step, body) => whileTrue(i32.ltS(get(local), end), [body, set(local, i32.add(get(local), i32.const(step)))]);

/* A function while it is written: what it keeps in locals, beside its parameters. */
export class Locals {
  constructor(parameters = []) {
    this.types = [...parameters];
    this.parameters = parameters.length;
    this.free = { i32: [], f32: [], v128: [] };
  }

  /* A place for a value of this type. */
  of(type) {
    const spare = this.free[type].pop();
    if (spare !== undefined) return spare;
    this.types.push(type);
    return this.types.length - 1;
  }

  /* Let others have the places of these. */
  release(...locals) {
    for (const local of locals) this.free[this.types[local]].push(local);
  }
}

const flat = (bytes) => bytes.flat(Infinity);
const counted = (items) => [unsigned(items.length), items];
const sized = (bytes) => {
  const content = flat(bytes);
  return [unsigned(content.length), content];
};
const section = (id, bytes) => [id, sized(bytes)];
const text = (name) => counted([...new TextEncoder().encode(name)]);

/* Functions on one memory, which the module is given as `page.memory`. */
export class Assembly {
  constructor() {
    this.functions = [];
  }

  /* Add a function; `write(...parameters)` makes its body, given its `Locals` first. Returns its index. */
  function(name, parameters, write, result = null) {
    const locals = new Locals(parameters);
    const body = write(locals, ...parameters.keys());
    const own = locals.types.slice(parameters.length).map((type) => [1, TYPES[type]]);
    this.functions.push({ name, parameters, result, code: sized([counted(own), body, 0x0b]) });
    return this.functions.length - 1;
  }

  bytes() {
    const typesOf = (names) => counted(names.map((name) => TYPES[name]));
    const types = this.functions.map(({ parameters, result }) => [0x60, typesOf(parameters), typesOf(result ? [result] : [])]);
    const exported = this.functions.map(({ name }, index) => [text(name), 0, unsigned(index)]);
    return new Uint8Array(
      flat([
        [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
        section(1, counted(types)),
        section(2, counted([[text("page"), text("memory"), 2, 0, unsigned(1)]])),
        section(3, counted(this.functions.map((_, index) => unsigned(index)))),
        section(7, counted(exported)),
        section(10, counted(this.functions.map(({ code }) => code))),
      ]),
    );
  }

  /* The functions by name, on a memory of so many bytes at least. */
  instance(bytes) {
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) });
    const module = new WebAssembly.Module(this.bytes());
    const { exports } = new WebAssembly.Instance(module, { page: { memory } });
    return { memory, functions: exports };
  }
}
