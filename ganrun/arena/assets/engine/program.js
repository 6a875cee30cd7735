/* One game's graphs, compiled: both players' losses and slopes, and what is looked at. All that differs
 * between games of one program is data to it: weights, batches, and the numbers of `numbers`. */

import { compiled } from "./compile.js";
import { add, beginGraph, beyond, constant, given, mean, scale, square, sum } from "./graph.js";
import { LATENTS } from "./latents.js";
import { detective, forger, latentsOf } from "./losses.js";
import { Network } from "./networks.js";
import { OPTIMIZERS } from "./optimizers.js";
import { fieldIn, judgedIn } from "./sight.js";
import { slopes } from "./slopes.js";
import { RULES } from "./updates.js";

export const PLAYERS = ["generator", "discriminator"];
/* What a step of the discriminator saw, and one of the generator. */
export const SEEN = ["loss_d", "penalty", "square_d", "real_logit", "fake_logit", "real_right", "fake_right", "loss_g", "square_g"];

export class Program {
  /* `facts` as `facts.js` has them; `sizes` = {evaluation, picture, real, grid, manifold}. */
  constructor(facts, sizes) {
    beginGraph();
    this.facts = facts;
    this.sizes = sizes;
    const learned = LATENTS[facts.latent.name].arrays(facts.latent.size, facts.generator.inputs);
    this.networks = { generator: new Network(facts.generator, learned), discriminator: new Network(facts.discriminator) };
    this.numbers = [];
    this.draws = {};
    this.places = { state: this.layState(), seen: SEEN.length };
    for (const player of PLAYERS) {
      const { params, vectors } = this.networks[player];
      Object.assign(this.places, { [`${player}.slopes`]: params.length, [`${player}.calm`]: params.length, [`${player}.update`]: params.length });
      Object.assign(this.places, { [`${player}.next`]: vectors.length, [`${player}.origin`]: params.length });
    }
    const functions = { ...this.playing(), ...this.looking() };
    delete functions.company;
    Object.assign(this.places, { numbers: Math.max(1, this.numbers.length), backup: this.places.state });
    Object.assign(this.places, { "drawn.uniform": facts.batch, "drawn.normal": 2 * facts.batch });
    Object.assign(this, compiled(this.places, functions));
    for (const player of PLAYERS) this.draws[player] = this.draws[player].filter(({ place }) => this.reads[player].has(place));
  }

  /* The whole training state is one vector: by player its parameters, what its optimizer and its rule keep
   * of each, and its vectors. */
  layState() {
    this.parts = {};
    let length = 0;
    const kept = [...OPTIMIZERS[this.facts.optimizer].keeps, ...(RULES[this.facts.updates.name].remembers ? ["memory"] : [])];
    for (const player of PLAYERS) {
      const { params, vectors } = this.networks[player];
      const sizes = [["params", params.length], ...kept.map((name) => [name, params.length]), ["vectors", vectors.length]];
      this.parts[player] = {};
      for (const [name, size] of sizes) {
        this.parts[player][name] = { offset: length, length: size };
        length += size;
      }
    }
    return length;
  }

  /* Where a part of the state lies: its address, and its numbers. */
  address(player, part) {
    return this.at.state + 4 * this.parts[player][part].offset;
  }

  view(player, part) {
    const { offset, length } = this.parts[player][part];
    return this.views.state.subarray(offset, offset + length);
  }

  /* One of the numbers that are data. */
  number(name) {
    if (!this.numbers.includes(name)) this.numbers.push(name);
    return given("numbers", 1, 1, this.numbers.indexOf(name));
  }

  set(name, value) {
    if (this.numbers.includes(name)) this.views.numbers[this.numbers.indexOf(name)] = value;
  }

  /* A player's arrays as they stand, by name. */
  arraysOf(player, part, layout) {
    const { offset } = this.parts[player][part];
    return Object.fromEntries(layout.arrays.map((one) => [one.name, given("state", one.rows, one.columns, offset + one.offset)]));
  }

  paramsOf(player) {
    return this.arraysOf(player, "params", this.networks[player].params);
  }

  vectorsOf(player) {
    return this.arraysOf(player, "vectors", this.networks[player].vectors);
  }

  /* What a player's step, or a look, draws: numbers that stand in a place of their own. */
  drawn(owner, name, rows, columns, kind, keyOf) {
    const place = `${owner}.${name}`;
    if (!(place in this.places)) {
      this.places[place] = rows * columns;
      (this.draws[owner] ??= []).push({ place, kind, count: rows * columns, keyOf });
    }
    return given(place, rows, columns);
  }

  /* The functions that a round is played with. */
  playing() {
    const judging = detective(this);
    const forging = forger(this);
    const found = {
      discriminator: this.found("discriminator", judging.loss, judging.vectors, this.detectivesView(judging)),
      generator: this.found("generator", forging.loss, forging.vectors, { loss_g: forging.loss }),
    };
    if (RULES[this.facts.updates.name].calms) found.calm = this.calm(judging.loss, forging.loss);
    return found;
  }

  detectivesView({ value, penalty, logits }) {
    const threshold = constant(this.facts.undecided ?? 0);
    return {
      loss_d: value,
      penalty,
      real_logit: mean(logits.real),
      fake_logit: mean(logits.fake),
      real_right: mean(beyond(logits.real, threshold)),
      fake_right: mean(beyond(threshold, logits.fake)),
    };
  }

  /* A player's slopes, its vectors after the pass, and what it saw. */
  found(player, loss, vectors, view) {
    const [arrays, found] = this.slopesOf(player, loss);
    const squared = found.map((one) => sum(square(one))).reduce(add);
    const told = { ...view, [player === "generator" ? "square_g" : "square_d"]: squared };
    return [
      ...found.map((of, index) => ({ of, to: `${player}.slopes`, offset: arrays[index].offset })),
      ...this.networks[player].vectors.arrays.map(({ name, offset }) => ({ of: vectors[name], to: `${player}.next`, offset })),
      ...Object.entries(told).map(([name, of]) => ({ of, to: "seen", offset: SEEN.indexOf(name) })),
    ];
  }

  slopesOf(player, loss) {
    const { arrays } = this.networks[player].params;
    const params = this.paramsOf(player);
    return [arrays, slopes(loss, arrays.map(({ name }) => params[name]))];
  }

  /* The slopes of half the sum of both players' squared slopes. */
  calm(lossD, lossG) {
    const [, ofGenerator] = this.slopesOf("generator", lossG);
    const [, ofDiscriminator] = this.slopesOf("discriminator", lossD);
    const squares = [...ofGenerator, ...ofDiscriminator].map((one) => sum(square(one)));
    const unrest = scale(squares.reduce(add), 0.5);
    return PLAYERS.flatMap((player) => {
      const [arrays, found] = this.slopesOf(player, unrest);
      return found.map((of, index) => ({ of, to: `${player}.calm`, offset: arrays[index].offset }));
    });
  }

  /* The functions by which one looks: fakes of latent points, logits of points. */
  looking() {
    const { evaluation, picture, real, grid, manifold } = this.sizes;
    const { inputs } = this.facts.generator;
    const functions = {};
    const fakes = (name, count, latents = latentsOf(this, name, count)) => {
      Object.assign(this.places, { [`latents.${name}`]: count * inputs, [name]: 2 * count });
      const made = this.networks.generator.apply(this.paramsOf("generator"), this.vectorsOf("generator"), latents);
      functions[name] = [{ of: made, to: name }, { of: latents, to: `latents.${name}` }];
      return made;
    };
    fakes("evaluation", evaluation);
    fakes("picture", picture);
    if (this.hasNet) this.net(fakes, inputs > 1 ? manifold ** 2 : manifold);
    const company = this.facts.company ? fakes("company", this.facts.company) : null; // made where it is needed
    const shown = (kind, name, count, logitsOf) => {
      this.places[`points.${name}`] = 2 * count;
      const logits = logitsOf(this, given(`points.${name}`, count, 2), company);
      this.places[`${kind}.${name}`] = logits.rows;
      functions[`${kind}.${name}`] = [{ of: logits, to: `${kind}.${name}` }];
    };
    shown("logits", "field", grid ** 2, fieldIn);
    shown("judged", "forged", picture, judgedIn);
    shown("judged", "real", Math.min(this.facts.batch, real), judgedIn);
    return functions;
  }

  /* Whether a net of latent points can be laid: where they are drawn coordinate by coordinate. */
  get hasNet() {
    return this.networks.generator.learnedLength === 0;
  }

  net(fakes, count) {
    const { inputs } = this.facts.generator;
    this.places.net = count * inputs;
    fakes("manifold", count, given("net", count, inputs));
  }
}
