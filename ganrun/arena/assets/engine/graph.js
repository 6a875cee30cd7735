/* What is computed, as a graph of arrays: made once for a game, and compiled (`compile.js`).
 *
 * Every array has rows and columns; a number is 1 x 1. Where two arrays meet, one of a single row or
 * column counts as repeated. Equal nodes are one node, so that nothing is computed twice. */

let made = 0;
const known = new Map(); // within one graph: what makes a node -> the node

/* Begin another graph: nodes of the one before go with nothing in it. */
export function beginGraph() {
  known.clear();
}

function node(op, inputs, rows, columns, facts = {}) {
  const key = JSON.stringify([op, inputs.map(({ id }) => id), rows, columns, facts]);
  if (!known.has(key)) known.set(key, { id: (made += 1), op, inputs, rows, columns, facts });
  return known.get(key);
}

/* Elementwise operations, of which chains become one loop. */
export const ELEMENTWISE = new Set(
  ["constant", "spread", "stop", "add", "sub", "mul", "div", "max", "gate", "above", "beyond"].concat(
    ["affine", "exp", "softplus", "sigmoid", "tanh", "sqrt", "relu", "leak"],
  ),
);

/* An array that is given: `offset` floats into a place of memory, which has a name. */
export const given = (place, rows, columns, offset = 0) => node("given", [], rows, columns, { place, offset });

export const constant = (value, rows = 1, columns = 1) => spread(node("constant", [], 1, 1, { value }), rows, columns);

/* An array repeated along its single row or column. */
export function spread(x, rows, columns) {
  if (x.rows === rows && x.columns === columns) return x;
  const source = x.op === "spread" ? x.inputs[0] : x;
  return node("spread", [source], rows, columns);
}

function both(op, a, b, facts = {}) {
  const rows = Math.max(a.rows, b.rows);
  const columns = Math.max(a.columns, b.columns);
  for (const one of [a, b]) {
    const fits = (one.rows === rows || one.rows === 1) && (one.columns === columns || one.columns === 1);
    if (!fits) throw new Error(`${op} of ${a.rows} x ${a.columns} and ${b.rows} x ${b.columns}`);
  }
  return node(op, [a, b], rows, columns, facts);
}

/* What all of an array's numbers are, where that is known; else null. */
function constantIn(x) {
  if (x.op === "spread") return constantIn(x.inputs[0]);
  return x.op === "constant" ? x.facts.value : null;
}

const isConstant = (x, value) => constantIn(x) === value;

export function add(a, b) {
  if (isConstant(a, 0)) return spread(b, Math.max(a.rows, b.rows), Math.max(a.columns, b.columns));
  if (isConstant(b, 0)) return add(b, a);
  return both("add", a, b);
}

export function mul(a, b) {
  if (isConstant(a, 1)) return spread(b, Math.max(a.rows, b.rows), Math.max(a.columns, b.columns));
  if (isConstant(b, 1)) return mul(b, a);
  if (constantIn(a) !== null) return scale(spread(b, Math.max(a.rows, b.rows), Math.max(a.columns, b.columns)), constantIn(a));
  if (constantIn(b) !== null) return mul(b, a);
  return both("mul", a, b);
}

export const sub = (a, b) => (isConstant(b, 0) ? add(b, a) : both("sub", a, b));
export const div = (a, b) => both("div", a, b);
export const max = (a, b) => both("max", a, b);
/* `g` where `x` is positive, elsewhere `slope` times it. */
export const gate = (g, x, slope = 0) => both("gate", g, x, { slope });
/* 1 where `a` is above `b`, half where they are equal, else 0: the slope of their greatest. */
export const above = (a, b) => both("above", a, b);

/* 1 where `a` is above `b`, else 0. */
export const beyond = (a, b) => both("beyond", a, b);
/* 1 for the `count` greatest of a column, of equal ones the first, else 0. */
export const greatest = (x, count) => node("greatest", [x, count], x.rows, x.columns);

const each = (op) => (x) => node(op, [x], x.rows, x.columns);
export const exp = each("exp");
export const softplus = each("softplus");
export const sigmoid = each("sigmoid");
export const tanh = each("tanh");
export const sqrt = each("sqrt");
export const relu = each("relu");
/* The same value, which stands still where something is differentiated. */
export const stop = each("stop");
export const leak = (x, slope) => node("leak", [x], x.rows, x.columns, { slope });
/* `factor * x + term`. */
export function affine(x, factor, term = 0) {
  if (factor === 1 && term === 0) return x;
  const all = constantIn(x);
  if (all !== null) return constant(Math.fround(factor * all + term), x.rows, x.columns);
  return node("affine", [x], x.rows, x.columns, { factor, term });
}
export const scale = (x, factor) => affine(x, factor);
export const negative = (x) => affine(x, -1);
export const square = (x) => mul(x, x);

export function transpose(x) {
  if (x.op === "transpose") return x.inputs[0];
  if (x.rows === 1 || x.columns === 1) return reshape(x, x.columns, x.rows);
  return node("transpose", [x], x.columns, x.rows);
}

/* The matrix product. */
export function product(a, b) {
  if (a.columns !== b.rows) throw new Error(`product of ${a.rows} x ${a.columns} and ${b.rows} x ${b.columns}`);
  if (a.op === "transpose") return productAcross(a.inputs[0], b);
  return node("product", [a, b], a.rows, b.columns);
}

/* The product of `a` transposed with `b`. */
export const productAcross = (a, b) => node("productAcross", [a, b], a.columns, b.columns);

export function sumRows(x) {
  if (x.rows === 1) return x;
  if (x.op === "spread" && x.inputs[0].rows === 1) return scale(spread(x.inputs[0], 1, x.columns), x.rows);
  return node("sumRows", [x], 1, x.columns);
}

export function sumColumns(x) {
  if (x.columns === 1) return x;
  if (x.op === "spread" && x.inputs[0].columns === 1) return scale(spread(x.inputs[0], x.rows, 1), x.columns);
  return node("sumColumns", [x], x.rows, 1);
}

export const sum = (x) => sumRows(reshape(x, x.rows * x.columns, 1));
export const mean = (x) => scale(sum(x), 1 / (x.rows * x.columns));

/* The same numbers in order, in other rows. */
export function reshape(x, rows, columns) {
  if (x.rows === rows && x.columns === columns) return x;
  if (x.op === "spread" && (x.inputs[0].op === "constant" || isNumber(x.inputs[0]))) return spread(x.inputs[0], rows, columns);
  const source = x.op === "reshape" ? x.inputs[0] : x;
  return source.rows === rows && source.columns === columns ? source : node("reshape", [source], rows, columns);
}

const isNumber = (x) => x.rows === 1 && x.columns === 1;

/* The rows of `x` whose numbers stand in a column, in that order. */
export const picked = (x, numbers) => node("picked", [x, numbers], numbers.rows, x.columns);
/* So many rows, each the sum of those of `x` that have its number. */
export const gathered = (x, numbers, rows) => node("gathered", [x, numbers], rows, x.columns);

/* Rows from one up to another, which is not among them. */
export const rowsOf = (x, from, to) => node("rowsOf", [x], to - from, x.columns, { from });
/* One above the other. */
export const stack = (a, b) => node("stack", [a, b], a.rows + b.rows, a.columns);
export const columnsOf = (x, from, to) => (from === 0 && to === x.columns ? x : node("columnsOf", [x], x.rows, to - from, { from }));
/* One beside the other. */
export const beside = (a, b) => node("beside", [a, b], a.rows, a.columns + b.columns);
