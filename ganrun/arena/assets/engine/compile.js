/* From graphs to functions on one memory: what is done, in which order, and where it lies.
 *
 * Chains of elementwise operations become one loop, arrays that are not needed any more make room for
 * others, and all addresses are part of the program, so that a call of a function has no arguments. */

import { Assembly, call, copyBytes, fillBytes, i32 } from "./assembler.js";
import { addDescents } from "./descents.js";
import { addDraws } from "./draws.js";
import { ELEMENTWISE } from "./graph.js";
import { elementwise } from "./loops.js";
import { addProducts } from "./products.js";
import { addReductions } from "./reductions.js";

const ROOM = 32; // bytes behind every array, since loops go by whole vectors
const STEPS_OF_A_PART = 60;
const aligned = (bytes) => Math.ceil((bytes + ROOM) / 16) * 16;

/* `places`: name -> how many float32 numbers. `functions`: name -> [{of: node, to: place, offset?}, ...],
 * what is worked out and where it is put. Returns {call: name -> function, views: place -> Float32Array,
 * at: place -> address, reads: name -> the places that it reads}; beside the functions given those of `draws.js` and `descents.js`. */
export function compiled(places, functions) {
  const assembly = new Assembly();
  const called = { ...addProducts(assembly), ...addReductions(assembly) };
  addDraws(assembly);
  addDescents(assembly);
  const at = {};
  let end = 16;
  for (const [place, length] of Object.entries(places)) {
    at[place] = end;
    end += aligned(4 * length);
  }
  let most = end;
  const reads = {};
  for (const [name, outputs] of Object.entries(functions)) {
    const plan = new Plan(outputs, at, end, called);
    const parts = plan.parts(assembly, name);
    assembly.function(name, [], () => parts.map((part) => call(part)));
    most = Math.max(most, plan.end);
    reads[name] = plan.reads;
  }
  const { memory, functions: run } = assembly.instance(most);
  const views = {};
  for (const [place, length] of Object.entries(places)) views[place] = new Float32Array(memory.buffer, at[place], length);
  return { call: run, views, at, reads };
}

const ALIASES = new Set(["reshape", "rowsOf"]);

/* The order and the places of one function's arrays. */
class Plan {
  constructor(outputs, at, start, called) {
    this.outputs = outputs;
    this.at = at;
    this.called = called;
    this.order = inOrder(outputs.map(({ of }) => of));
    this.clusters = clustersOf(this.order, new Set(outputs.map(({ of }) => of)));
    this.heap = new Heap(start);
    this.addresses = new Map();
    this.lasts = this.lastUses();
  }

  get end() {
    return this.heap.end;
  }

  get reads() {
    return new Set(this.order.filter(({ op }) => op === "given").map(({ facts }) => facts.place));
  }

  /* What holds a node's numbers, and how far into it: [node, floats]. */
  holder(one) {
    if (!ALIASES.has(one.op)) return [one, 0];
    const [inside, offset] = this.holder(one.inputs[0]);
    return [inside, offset + (one.op === "rowsOf" ? one.facts.from * one.columns : 0)];
  }

  address(one) {
    const [holder, offset] = this.holder(one);
    if (holder.op === "given") return this.at[holder.facts.place] + 4 * (holder.facts.offset + offset);
    return this.addresses.get(holder) + 4 * offset;
  }

  /* The arrays that are read to make one that is kept. */
  read(one) {
    const cluster = this.clusters.get(one);
    const sources = cluster ? cluster.operands : one.inputs;
    return sources.map((source) => this.holder(source)[0]).filter(({ op }) => op !== "given");
  }

  get kept() {
    return this.order.filter((one) => !ALIASES.has(one.op) && one.op !== "given" && (!ELEMENTWISE.has(one.op) || this.clusters.has(one)));
  }

  lastUses() {
    const lasts = new Map();
    this.kept.forEach((one, step) => {
      lasts.set(one, step);
      for (const source of this.read(one)) lasts.set(source, step);
    });
    for (const { of } of this.outputs) lasts.set(this.holder(of)[0], Infinity);
    return lasts;
  }

  /* The work as functions of some steps each: the browser compiles long ones badly. Their indices. */
  parts(assembly, name) {
    const { kept } = this;
    const starts = kept.map((_, step) => step).filter((step) => step % STEPS_OF_A_PART === 0);
    const parts = starts.map((start) => {
      const code = (locals) => kept.slice(start, start + STEPS_OF_A_PART).map((one, index) => this.code(one, start + index, locals));
      return assembly.function(`${name}.${start}`, [], code);
    });
    return [...parts, assembly.function(`${name}.put`, [], () => this.put())];
  }

  code(one, step, locals) {
    this.addresses.set(one, this.heap.take(aligned(4 * one.rows * one.columns)));
    const temporary = [];
    const take = (length) => {
      temporary.push(this.heap.take(aligned(4 * length)));
      return temporary[temporary.length - 1];
    };
    const code = this.make(one, locals, take);
    temporary.forEach((place) => this.heap.give(place));
    for (const source of new Set([one, ...this.read(one)])) if (this.lasts.get(source) === step) this.heap.give(this.addresses.get(source));
    return code;
  }

  put() {
    return this.outputs.map(({ of, to, offset = 0 }) =>
      copyBytes(i32.const(this.at[to] + 4 * offset), i32.const(this.address(of)), i32.const(4 * of.rows * of.columns)),
    );
  }

  make(one, locals, take) {
    const cluster = this.clusters.get(one);
    if (cluster) return elementwise(cluster, { locals, take, called: this.called, address: (node) => this.address(node) });
    const to = this.address(one);
    const from = one.inputs.map((input) => this.address(input));
    const run = (name, ...numbers) => call(this.called[name], ...numbers.map(i32.const));
    return STEPS[one.op]({ one, to, from, run, take });
  }
}

/* All nodes that some are made of, and these, each after its inputs. */
function inOrder(nodes) {
  const seen = new Set();
  const visit = (one) => {
    if (seen.has(one)) return;
    one.inputs.forEach(visit);
    seen.add(one);
  };
  nodes.forEach(visit);
  return [...seen];
}

const repeated = (one) => (one.op === "spread" ? repeated(one.inputs[0]) : one);
const isNumber = (one, users) => one.op === "constant" && users.every(({ op }) => ELEMENTWISE.has(op));

/* Which elementwise nodes are worked out in one loop: the last of each -> {nodes, operands}. A node joins
 * those that use it where all of them are in one loop, and of the same shape. */
function clustersOf(order, outputs) {
  const users = new Map(order.map((one) => [one, []]));
  for (const one of order) for (const input of one.inputs) users.get(input).push(one);
  const root = new Map();
  const clusters = new Map();
  for (const one of [...order].reverse()) {
    if (!ELEMENTWISE.has(one.op) || (isNumber(one, users.get(one)) && !outputs.has(one))) continue;
    const roots = new Set(users.get(one).map((user) => root.get(user)));
    const [only] = roots;
    const joins = !outputs.has(one) && roots.size === 1 && only && only.rows === one.rows && only.columns === one.columns;
    if (!joins && one.op === "spread" && !outputs.has(one) && users.get(one).every((user) => root.has(user))) continue;
    root.set(one, joins ? only : one);
    if (!joins) clusters.set(one, { root: one, nodes: [] });
  }
  for (const one of order) if (root.has(one)) clusters.get(root.get(one)).nodes.push(one);
  for (const cluster of clusters.values()) {
    const inside = new Set(cluster.nodes);
    const outside = cluster.nodes.flatMap(({ inputs }) => inputs.map((input) => (inside.has(input) ? input : repeated(input))));
    cluster.operands = [...new Set(outside)].filter((one) => !inside.has(one) && one.op !== "constant");
  }
  return clusters;
}

/* Memory for arrays that come and go. */
class Heap {
  constructor(start) {
    this.end = start;
    this.sizes = new Map();
    this.free = [];
  }

  take(bytes) {
    const fitting = this.free.filter((place) => this.sizes.get(place) >= bytes).sort((a, b) => this.sizes.get(a) - this.sizes.get(b));
    if (fitting.length && this.sizes.get(fitting[0]) <= 4 * bytes) {
      this.free.splice(this.free.indexOf(fitting[0]), 1);
      return fitting[0];
    }
    const place = this.end;
    this.sizes.set(place, bytes);
    this.end += bytes;
    return place;
  }

  give(place) {
    this.free.push(place);
  }
}

const FEW = 4; // columns that a vector has

/* How what is not elementwise is made: of its node, where it goes, and where its inputs are. */
const STEPS = {
  product({ one: { rows, columns, inputs }, to, from: [a, b], run, take }) {
    const inner = inputs[0].columns;
    if (columns >= FEW) return run("plain", to, a, b, rows, columns, inner);
    if (columns === 1) return run("dots", to, a, b, rows, 1, inner);
    const turned = take(inner * columns);
    return [run("transpose", turned, b, inner, columns), run("dots", to, a, turned, rows, columns, inner)];
  },
  productAcross({ one: { rows, columns, inputs }, to, from: [a, b], run, take }) {
    const inner = inputs[0].rows;
    if (columns >= FEW) return run("across", to, a, b, rows, columns, inner);
    if (rows < FEW) return run("few", to, a, b, rows, columns, inner);
    if (columns === 1) return run("across", to, b, a, 1, rows, inner);
    const turned = take(rows * columns);
    return [run("across", turned, b, a, columns, rows, inner), run("transpose", to, turned, columns, rows)];
  },
  sumRows({ one: { inputs: [{ rows, columns }] }, to, from: [a], run }) {
    return columns === 1 ? run("sumAll", to, a, rows) : run("sumRows", to, a, rows, columns);
  },
  sumColumns({ one: { inputs: [{ rows, columns }] }, to, from: [a], run }) {
    return rows === 1 ? run("sumAll", to, a, columns) : run("sumColumns", to, a, rows, columns);
  },
  transpose({ one: { inputs: [{ rows, columns }] }, to, from: [a], run }) {
    return run("transpose", to, a, rows, columns);
  },
  greatest({ one: { rows, columns }, to, from: [a, count], run }) {
    return run("greatest", to, a, rows * columns, count);
  },
  picked({ one: { rows, columns }, to, from: [a, numbers], run }) {
    return run("picked", to, a, numbers, rows, columns);
  },
  gathered({ one: { rows, columns, inputs: [x] }, to, from: [a, numbers], run }) {
    const empty = fillBytes(i32.const(to), i32.const(0), i32.const(4 * rows * columns));
    return [empty, run("gathered", to, a, numbers, x.rows, columns)];
  },
  stack({ one: { columns, inputs: [first, second] }, to, from: [a, b] }) {
    const copied = (place, source, { rows }) => copyBytes(i32.const(place), i32.const(source), i32.const(4 * rows * columns));
    return [copied(to, a, first), copied(to + 4 * first.rows * columns, b, second)];
  },
  columnsOf({ one: { rows, columns, inputs: [x], facts: { from: first } }, to, from: [a], run }) {
    return run("moveRows", to, 4 * columns, a + 4 * first, 4 * x.columns, 4 * columns, rows);
  },
  beside({ one: { rows, columns, inputs: [first, second] }, to, from: [a, b], run }) {
    const moved = (place, source, one) => run("moveRows", place, 4 * columns, source, 4 * one.columns, 4 * one.columns, rows);
    return [moved(to, a, first), moved(to + 4 * first.columns, b, second)];
  },
};
