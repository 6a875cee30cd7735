/* Optimizers: what turns a player's slopes into its update, in units of its rate. */

/* What Adam's means of so many slopes lack, since they begin at 0. */
export const corrections = ({ b1, b2 }, count) => [b1, b2].map((decay) => 1 - Math.fround(decay) ** count);

/* `keeps`: the vectors that it keeps of each parameter. `update(call, at, bytes, numbers, count)`: of the
 * functions of `descents.js`, addresses by name, and the numbers of a config's `optimizer`. */
const adam = {
  keeps: ["means", "squares"],
  update(call, at, bytes, numbers, count) {
    const { b1, b2, eps } = numbers;
    call.adam(at.update, at.slopes, at.means, at.squares, bytes, b1, b2, ...corrections(numbers, count), eps);
  },
};

export const OPTIMIZERS = {
  adam,
  adamw: {
    keeps: adam.keeps,
    update(call, at, bytes, numbers, count) {
      adam.update(call, at, bytes, numbers, count);
      call.blend(at.update, at.update, at.params, bytes, 1, numbers.weight_decay);
    },
  },
  momentum: {
    keeps: ["means"],
    update(call, at, bytes, { b1 }) {
      call.blend(at.means, at.slopes, at.means, bytes, 1, b1);
      call.blend(at.update, at.means, at.means, bytes, 1, 0);
    },
  },
  sgd: {
    keeps: [],
    update(call, at, bytes) {
      call.blend(at.update, at.slopes, at.slopes, bytes, 1, 0);
    },
  },
  rmsprop: {
    keeps: ["squares"],
    update(call, at, bytes, { decay, eps }) {
      call.rmsprop(at.update, at.slopes, at.squares, bytes, decay, eps);
    },
  },
};
