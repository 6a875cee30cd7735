/* What stands between the layers of a network: of what a linear layer gave, and the piece's numbers. */

import { add, affine, columnsOf, exp, leak, max, mul, negative, relu, scale, sigmoid, square, tanh } from "./graph.js";

const ROOT = Math.sqrt(2 / Math.PI);

function maxout(x, { pieces }) {
  const width = x.columns / pieces;
  const piece = (index) => columnsOf(x, index * width, (index + 1) * width);
  return Array.from({ length: pieces - 1 }, (_, index) => piece(index + 1)).reduce(max, piece(0));
}

export const ACTIVATIONS = {
  relu: (x) => relu(x),
  leaky_relu: (x, { slope }) => leak(x, slope),
  tanh: (x) => tanh(x),
  elu: (x) => add(relu(x), affine(exp(negative(relu(negative(x)))), 1, -1)),
  gelu: (x) => mul(scale(x, 0.5), affine(tanh(scale(add(x, scale(mul(x, square(x)), 0.044715)), ROOT)), 1, 1)),
  silu: (x) => mul(x, sigmoid(x)),
  maxout,
};
