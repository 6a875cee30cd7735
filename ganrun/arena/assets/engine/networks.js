/* Generator and discriminator: multilayer perceptrons as graphs, and where their arrays lie.
 *
 * All parameters of a network are one vector to the optimizer; arrays begin at multiples of four numbers,
 * in the order that Python's vector has them. So do the vectors that passes themselves move: spectral
 * norm's, and batch norm's running statistics. */

import { ACTIVATIONS } from "./activations.js";
import { foldIn } from "./draws.js";
import { add, affine, beside, beyond, div, given, mean, mul, product, scale, spread, sqrt, square } from "./graph.js";
import { stop, sub, sum, sumColumns, sumRows, transpose } from "./graph.js";
import { BIAS_INITIALIZERS, INITIALIZERS, normal } from "./initializers.js";

const TINY = 1e-12;
const NORM_EPSILON = 1e-5; // added to variances
const KEYS_OF_A_BATCH_NORM = 2;
const RUNNING_DECAY = 0.9; // of batch norm's running statistics

/* Whether the hidden layers add biases, and whether the last one does. */
export const BIASES = { all: [true, true], output: [false, true], none: [false, false] };

const STD_EPSILON = 1e-8;
const varianceOf = (x) => scale(sumRows(square(sub(x, scale(sumRows(x), 1 / x.rows)))), 1 / x.rows);

/* What the last layer of a discriminator is told of the batch beside its own input: `units` of them. */
export const MINIBATCH = {
  none: { units: 0 },
  std: {
    units: 1,
    ofBatch: (hidden) => spread(mean(sqrt(affine(varianceOf(hidden), 1, STD_EPSILON))), hidden.rows, 1),
    beside(hidden, company) {
      const others = company.rows;
      const away = scale(square(sub(hidden, scale(sumRows(company), 1 / others))), others / (others + 1) ** 2);
      const joint = add(scale(varianceOf(company), others / (others + 1)), away);
      return scale(sumColumns(sqrt(affine(joint, 1, STD_EPSILON))), 1 / hidden.columns);
    },
  },
};

const unit = (x) => div(x, affine(sqrt(sum(square(x))), 1, TINY));

/* A vector's parts, one after the other. */
class Layout {
  constructor() {
    this.arrays = [];
    this.length = 0;
  }

  add(name, rows, columns, first) {
    this.arrays.push({ name, rows, columns, offset: this.length, first });
    this.length += Math.ceil((rows * columns) / 4) * 4;
  }

  /* The arrays as graphs, by name, of the vector in some place. */
  given(place) {
    return Object.fromEntries(this.arrays.map(({ name, rows, columns, offset }) => [name, given(place, rows, columns, offset)]));
  }
}

export class Network {
  /* `facts` = {inputs, outputs, hidden, activation, biases, norm, spectral, initializer, gain, biasInitializer};
   * `activation` = {name, numbers}; `learned`: arrays that learn beside the layers, as `latents.js` has them. */
  constructor(facts, learned = []) {
    this.facts = { ...facts, learned };
    const { inputs, hidden, outputs, activation, biases } = facts;
    const pieces = activation.numbers.pieces ?? 1;
    const [inside, atTheEnd] = BIASES[biases];
    const before = [inputs, ...hidden];
    this.layers = hidden.map((width, index) => ({ index, inputs: before[index], outputs: pieces * width, biased: inside }));
    const told = facts.minibatch ? MINIBATCH[facts.minibatch.name].units : 0;
    this.layers.push({ index: hidden.length, inputs: hidden[hidden.length - 1] + told, outputs, biased: atTheEnd });
    this.lay();
  }

  lay() {
    const { facts, layers } = this;
    this.params = new Layout();
    this.vectors = new Layout();
    for (const [name, rows] of facts.learned) this.params.add(name, rows, facts.inputs);
    this.learnedLength = this.params.length;
    let keys = 0;
    for (const { index, inputs, outputs, biased } of layers) {
      const [kernelKey, biasKey] = [keys, keys + 1];
      keys += biased ? 2 : 1;
      const bias = (key) => BIAS_INITIALIZERS[facts.biasInitializer](foldIn(key, biasKey), inputs, outputs);
      if (biased) this.params.add(`bias${index}`, 1, outputs, bias);
      const kernel = (key) => INITIALIZERS[facts.initializer](foldIn(key, kernelKey), inputs, outputs).map((one) => facts.gain * one);
      this.params.add(`kernel${index}`, inputs, outputs, kernel);
      if (facts.spectral) {
        const vectorKey = keys;
        keys += 1;
        this.vectors.add(`u${index}`, 1, inputs, (key) => ofLengthOne(normal(foldIn(key, vectorKey), inputs)));
      }
    }
    if (facts.norm !== "none") this.layNorms();
    // The arrays of a latent come first in the vector, but draw the last keys.
    const afterNorms = keys + (facts.norm === "batch" ? KEYS_OF_A_BATCH_NORM * facts.hidden.length : 0);
    facts.learned.forEach(([, , first], index) => {
      this.params.arrays[index].first = (key) => first(foldIn(key, afterNorms));
    });
  }

  layNorms() {
    const { facts, layers } = this;
    for (const { index, outputs } of layers.slice(0, -1)) {
      this.params.add(`shift${index}`, 1, outputs, () => new Float32Array(outputs));
      this.params.add(`stretch${index}`, 1, outputs, () => new Float32Array(outputs).fill(1));
      if (facts.norm !== "batch") continue;
      this.vectors.add(`mean${index}`, 1, outputs, () => new Float32Array(outputs));
      this.vectors.add(`variance${index}`, 1, outputs, () => new Float32Array(outputs).fill(1));
    }
  }

  /* The output for a batch; `params` and `vectors` are graphs by name. `learns` uses the batch's own
   * statistics; `dropped(hidden, layer)` silences units; `company` is the rest of each one's batch. */
  apply(params, vectors, inputs, { learns = false, dropped = (hidden) => hidden, company = null } = {}) {
    const { activation, minibatch } = this.facts;
    const last = this.layers.length - 1;
    const hiddenOf = (batch) =>
      this.layers.slice(0, last).reduce((x, layer) => {
        const normed = this.normed(params, vectors, this.linear(params, vectors, x, layer), layer.index, learns);
        return dropped(ACTIVATIONS[activation.name](normed, activation.numbers), layer.index);
      }, batch);
    const hidden = hiddenOf(inputs);
    if (!minibatch || minibatch.name === "none") return this.linear(params, vectors, hidden, this.layers[last]);
    const told = company ? MINIBATCH[minibatch.name].beside(hidden, hiddenOf(company)) : MINIBATCH[minibatch.name].ofBatch(hidden);
    return this.linear(params, vectors, beside(hidden, told), this.layers[last]);
  }

  linear(params, vectors, x, { index, biased }) {
    const kernel = params[`kernel${index}`];
    let made = product(x, kernel);
    if (this.facts.spectral) {
      const left = product(vectors[`u${index}`], kernel);
      made = div(made, sum(mul(left, stop(unit(left)))));
    }
    return biased ? add(made, params[`bias${index}`]) : made;
  }

  normed(params, vectors, x, index, learns) {
    const { norm } = this.facts;
    if (norm === "none") return x;
    const [centre, variance] = this.statistics(vectors, x, index, learns);
    const even = div(sub(x, centre), sqrt(affine(variance, 1, NORM_EPSILON)));
    return add(mul(even, params[`stretch${index}`]), params[`shift${index}`]);
  }

  statistics(vectors, x, index, learns) {
    if (this.facts.norm === "layer") {
      const centre = scale(sumColumns(x), 1 / x.columns);
      return [centre, scale(sumColumns(square(sub(x, centre))), 1 / x.columns)];
    }
    if (!learns) return [vectors[`mean${index}`], vectors[`variance${index}`]];
    const centre = scale(sumRows(x), 1 / x.rows);
    const variance = scale(sumRows(square(sub(x, centre))), 1 / x.rows);
    this.seen?.set(index, [centre, variance]);
    return [centre, variance];
  }

  /* The vectors after one power iteration of every spectral norm on these parameters. */
  powerStep(params, vectors) {
    if (!this.facts.spectral) return vectors;
    return Object.fromEntries(
      this.layers.map(({ index }) => {
        const [kernel, u] = [params[`kernel${index}`], vectors[`u${index}`]];
        const right = unit(product(u, kernel));
        return [`u${index}`, stop(unit(transpose(product(kernel, transpose(right)))))];
      }),
    );
  }

  /* `apply` as the generator learns, and the vectors after it. */
  learn(params, vectors, inputs) {
    this.seen = new Map();
    const made = this.apply(params, vectors, inputs, { learns: true });
    const moved = (old, now) => add(scale(old, RUNNING_DECAY), scale(now, 1 - RUNNING_DECAY));
    const after = { ...vectors };
    for (const [index, [centre, variance]] of this.seen) {
      after[`mean${index}`] = moved(vectors[`mean${index}`], centre);
      after[`variance${index}`] = moved(vectors[`variance${index}`], variance);
    }
    this.seen = null;
    return [made, after];
  }
}

/* Which units of a layer are heard, by uniform numbers; the others are as much louder. */
export const heard = (hidden, draws, rate) => div(mul(hidden, affine(beyond(rate, draws), -1, 1)), affine(rate, -1, 1));

function ofLengthOne(vector) {
  const length = Math.hypot(...vector) + TINY;
  return vector.map((one) => one / length);
}
