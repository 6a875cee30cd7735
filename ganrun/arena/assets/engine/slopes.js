/* Derivatives, as graphs again: so they can be differentiated themselves. */

import { above, add, affine, constant, div, gate, mul, negative, scale, sigmoid } from "./graph.js";
import { beside, columnsOf, gathered, picked, product, productAcross, reshape, rowsOf } from "./graph.js";
import { spread, stack, sumColumns, sumRows, transpose } from "./graph.js";

/* The slopes of a number along each of some arrays. */
export function slopes(value, along) {
  const wanted = reaching(value, along);
  const found = new Map([[value, constant(1)]]);
  for (const one of [...wanted].sort((a, b) => b.id - a.id)) {
    const slope = found.get(one);
    if (slope === undefined || !RULES[one.op]) continue;
    const inputs = one.inputs.map((input) => wanted.has(input));
    RULES[one.op](one, slope, inputs).forEach((part, index) => {
      if (!part || !inputs[index]) return;
      const input = one.inputs[index];
      const fitted = narrowed(part, input);
      found.set(input, found.has(input) ? add(found.get(input), fitted) : fitted);
    });
  }
  return along.map((one) => spread(found.get(one) ?? constant(0), one.rows, one.columns));
}

/* The nodes between a value and the arrays; what stands still leads to none. */
function reaching(value, along) {
  const leads = new Map(along.map((one) => [one, true]));
  const look = (one) => {
    if (!leads.has(one)) {
      leads.set(one, false);
      if (one.op !== "stop") leads.set(one, one.inputs.map(look).some(Boolean));
    }
    return leads.get(one);
  };
  look(value);
  return new Set([...leads].filter(([, does]) => does).map(([one]) => one));
}

/* The slope along an array that was repeated is the sum over its copies. */
function narrowed(slope, { rows, columns }) {
  const fewer = rows === 1 && slope.rows > 1 ? sumRows(slope) : slope;
  const fitted = columns === 1 && fewer.columns > 1 ? sumColumns(fewer) : fewer;
  return spread(fitted, rows, columns);
}

const zeros = (rows, columns) => constant(0, rows, columns);

/* By operation: of its node and the slope along it, the slopes along its inputs; null for none. Only
 * those that are needed are asked for. */
const RULES = {
  spread: (_, slope) => [slope],
  add: (_, slope) => [slope, slope],
  sub: (_, slope, [, second]) => [slope, second && negative(slope)],
  mul: ({ inputs: [a, b] }, slope, [first, second]) => [first && mul(slope, b), second && mul(slope, a)],
  div: (one, slope, [first, second]) => [first && div(slope, one.inputs[1]), second && negative(mul(slope, div(one, one.inputs[1])))],
  max: ({ inputs: [a, b] }, slope, [first, second]) => [first && mul(slope, above(a, b)), second && mul(slope, above(b, a))],
  gate: ({ inputs: [, x], facts: { slope: share } }, slope) => [gate(slope, x, share), null],
  above: () => [null, null],
  beyond: () => [null, null],
  greatest: () => [null, null],
  affine: ({ facts: { factor } }, slope) => [scale(slope, factor)],
  exp: (one, slope) => [mul(slope, one)],
  softplus: ({ inputs: [x] }, slope) => [mul(slope, sigmoid(x))],
  sigmoid: (one, slope) => [mul(slope, mul(one, affine(one, -1, 1)))],
  tanh: (one, slope) => [mul(slope, affine(mul(one, one), -1, 1))],
  sqrt: (one, slope) => [scale(div(slope, one), 0.5)],
  // By their own sign, so that what they were made of need not be kept.
  relu: (one, slope) => [gate(slope, one)],
  leak: (one, slope) => [gate(slope, one, one.facts.slope)],
  transpose: (_, slope) => [transpose(slope)],
  product: ({ inputs: [a, b] }, slope, [first, second]) => [first && product(slope, transpose(b)), second && productAcross(a, slope)],
  productAcross: ({ inputs: [a, b] }, slope, [first, second]) => [first && product(b, transpose(slope)), second && product(a, slope)],
  sumRows: ({ inputs: [x] }, slope) => [spread(slope, x.rows, x.columns)],
  sumColumns: ({ inputs: [x] }, slope) => [spread(slope, x.rows, x.columns)],
  reshape: ({ inputs: [x] }, slope) => [reshape(slope, x.rows, x.columns)],
  picked: ({ inputs: [x, numbers] }, slope) => [gathered(slope, numbers, x.rows), null],
  gathered: ({ inputs: [, numbers] }, slope) => [picked(slope, numbers), null],
  rowsOf({ inputs: [x], facts: { from }, rows }, slope) {
    const below = x.rows - from - rows;
    const under = below ? stack(slope, zeros(below, x.columns)) : slope;
    return [from ? stack(zeros(from, x.columns), under) : under];
  },
  stack: ({ inputs: [a, b] }, slope) => [rowsOf(slope, 0, a.rows), rowsOf(slope, a.rows, a.rows + b.rows)],
  columnsOf({ inputs: [x], facts: { from }, columns }, slope) {
    const after = x.columns - from - columns;
    const wider = after ? beside(slope, zeros(x.rows, after)) : slope;
    return [from ? beside(zeros(x.rows, from), wider) : wider];
  },
  beside: ({ inputs: [a, b] }, slope) => [columnsOf(slope, 0, a.columns), columnsOf(slope, a.columns, a.columns + b.columns)],
};
