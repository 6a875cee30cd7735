/* One loop for a chain of elementwise operations: four numbers at a time, in registers all the way. */

import { call, f32x4, get, i32, set, upTo, v128 } from "./assembler.js";
import { expOf, sigmoidOf, softplusOf, splat, tanhOf } from "./vectors.js";

const { add, sub, mul, div, max, gt, ge, sqrt } = f32x4;
const { add: plus } = i32;
const SIZE = 4; // numbers in a vector

/* By operation: of the locals, the facts of the node and its values, an expression. Values are cheap to repeat. */
const MADE = {
  constant: (_, { value }) => splat(value),
  spread: (_, __, x) => x,
  stop: (_, __, x) => x,
  add: (_, __, a, b) => add(a, b),
  sub: (_, __, a, b) => sub(a, b),
  mul: (_, __, a, b) => mul(a, b),
  div: (_, __, a, b) => div(a, b),
  max: (_, __, a, b) => max(a, b),
  gate: (_, { slope }, g, x) => (slope ? v128.select(g, mul(g, splat(slope)), gt(x, splat(0))) : v128.and(g, gt(x, splat(0)))),
  above: (_, __, a, b) => add(v128.and(splat(0.5), gt(a, b)), v128.and(splat(0.5), ge(a, b))),
  beyond: (_, __, a, b) => v128.and(splat(1), gt(a, b)),
  affine: (_, { factor, term }, x) => (term ? add(mul(x, splat(factor)), splat(term)) : mul(x, splat(factor))),
  exp: (locals, _, x) => expOf(locals, x),
  softplus: (locals, _, x) => softplusOf(locals, x),
  sigmoid: (locals, _, x) => sigmoidOf(locals, x),
  tanh: (locals, _, x) => tanhOf(locals, x),
  sqrt: (_, __, x) => sqrt(x),
  relu: (_, __, x) => max(x, splat(0)),
  leak: (_, { slope }, x) => v128.select(x, mul(x, splat(slope)), gt(x, splat(0))),
};

/* How an operand meets the loop's shape. */
function mannerOf({ rows, columns }, root) {
  if (rows === root.rows && columns === root.columns) return "whole";
  if (rows === 1 && columns === 1) return "number";
  return rows === 1 ? "row" : "column";
}

/* The code of a cluster's loop; `context` = {locals, take(length), called, address(node)}. */
export function elementwise({ root, nodes, operands }, context) {
  const manners = new Map(operands.map((one) => [one, mannerOf(one, root)]));
  const repeats = operands.filter((one) => ["row", "column"].includes(manners.get(one)));
  const isPair = root.columns === 2 && repeats.every((one) => manners.get(one) === "row");
  const inRows = repeats.length > 0 && !isPair && root.columns >= SIZE;
  const loop = { root, nodes, manners, ...context, places: new Map(operands.map((one) => [one, context.address(one)])) };
  const before = repeats.length && !isPair && !inRows ? repeats.map((one) => spreadOut(one, loop)) : [];
  return [before, inRows ? byRows(loop) : straight(loop, isPair)];
}

/* Have a row or a column repeated in memory, where a vector would hold parts of several rows. */
function spreadOut(one, { root, manners, called, take, places }) {
  const name = manners.get(one) === "row" ? "spreadRow" : "spreadColumn";
  const place = take(root.rows * root.columns);
  const code = call(called[name], i32.const(place), i32.const(places.get(one)), i32.const(root.rows), i32.const(root.columns));
  places.set(one, place);
  manners.set(one, "whole");
  return code;
}

/* Those operands which are the same all along, in locals; returns [code, node -> local]. */
function heldOf(loop, manner, load) {
  const held = new Map();
  const code = [];
  for (const [one, its] of loop.manners) {
    if (its !== manner) continue;
    held.set(one, loop.locals.of("v128"));
    code.push(set(held.get(one), load(loop.places.get(one))));
  }
  return [code, held];
}

function straight(loop, isPair) {
  const at = loop.locals.of("i32");
  const [numbers, held] = heldOf(loop, "number", (place) => v128.loadSplat(i32.const(place)));
  const [pairs, heldPairs] = heldOf(loop, "row", (place) => (isPair ? v128.loadPair(i32.const(place)) : []));
  const bytes = 4 * loop.root.rows * loop.root.columns;
  const same = new Map([...held, ...heldPairs]);
  const load = (one) => (same.has(one) ? get(same.get(one)) : v128.load(get(at), loop.places.get(one)));
  const code = [numbers, pairs, set(at, i32.const(0)), upTo(at, i32.const(bytes), 16, body(loop, load, get(at)))];
  loop.locals.release(at, ...held.values(), ...heldPairs.values());
  return code;
}

function byRows(loop) {
  const { locals, root, places } = loop;
  const [rowAt, at, across, down] = [0, 1, 2, 3].map(() => locals.of("i32"));
  const [numbers, held] = heldOf(loop, "number", (place) => v128.loadSplat(i32.const(place)));
  const [columns, heldColumns] = heldOf(loop, "column", (place) => v128.loadSplat(get(down), place));
  const load = (one) => {
    if (held.has(one)) return get(held.get(one));
    if (heldColumns.has(one)) return get(heldColumns.get(one));
    return v128.load(get(loop.manners.get(one) === "row" ? across : at), places.get(one));
  };
  const width = 4 * root.columns;
  const once = () => [set(at, plus(get(rowAt), get(across))), body(loop, load, get(at))];
  const whole = 16 * Math.floor(root.columns / SIZE);
  // The last vector of a row may repeat what the one before it did.
  const rest = whole < width ? [set(across, i32.const(width - 16)), once()] : [];
  const code = [
    numbers,
    set(down, i32.const(0)),
    set(rowAt, i32.const(0)),
    upTo(rowAt, i32.const(width * root.rows), width, [
      columns,
      set(across, i32.const(0)),
      upTo(across, i32.const(whole), 16, once()),
      rest,
      set(down, plus(get(down), i32.const(4))),
    ]),
  ];
  locals.release(rowAt, at, across, down, ...held.values(), ...heldColumns.values());
  return code;
}

/* All nodes of the cluster at one place of the loop, and the last of them stored. */
function body({ locals, nodes, root, address }, load, at) {
  const values = new Map();
  const loaded = new Map();
  const valueOf = (input) => {
    if (values.has(input)) return get(values.get(input));
    const source = sourceOf(input);
    if (source.op === "constant") return splat(source.facts.value);
    if (!loaded.has(source)) loaded.set(source, { local: locals.of("v128"), fresh: true });
    return get(loaded.get(source).local);
  };
  const code = nodes.map((one) => {
    const inputs = one.inputs.map(valueOf);
    const loads = [...loaded].filter(([, { fresh }]) => fresh).map(([source, place]) => {
      place.fresh = false;
      return set(place.local, load(source));
    });
    const local = locals.of("v128");
    const made = [loads, set(local, MADE[one.op](locals, one.facts, ...inputs))];
    values.set(one, local);
    return made;
  });
  const stored = v128.store(at, get(values.get(root)), address(root));
  locals.release(...values.values(), ...[...loaded.values()].map(({ local }) => local));
  return [code, stored];
}

const sourceOf = (one) => (one.op === "spread" ? sourceOf(one.inputs[0]) : one);
