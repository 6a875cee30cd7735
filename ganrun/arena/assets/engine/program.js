/* One game's graphs, compiled: both players' losses and slopes, and what is looked at. All that differs
 * between games of one program is data to it: weights, batches, and the numbers of `numbers`. */

import { compiled } from "./compile.js";
import { foldIn } from "./draws.js";
import { foreseen } from "./foreseen.js";
import { add, affine, beginGraph, beyond, constant, given, greatest, mean, mul, reshape, rowsOf, scale, square, stack, stop, sum } from "./graph.js";
import { heard, Network } from "./networks.js";
import { OBJECTIVES, SMOOTHED } from "./objectives.js";
import { OPTIMIZERS } from "./optimizers.js";
import { PENALTIES } from "./penalties.js";
import { fieldIn, judgedIn } from "./sight.js";
import { slopes } from "./slopes.js";
import { RULES } from "./updates.js";

export const PLAYERS = ["generator", "discriminator"];
/* What a step of the discriminator saw, and one of the generator. */
export const SEEN = ["loss_d", "penalty", "square_d", "real_logit", "fake_logit", "real_right", "fake_right", "loss_g", "square_g"];

// Children of a step's key, as in `ganrun.game`.
const NOISE_REAL = 1 << 20;
const NOISE_FAKE = NOISE_REAL + 1;
const DROPOUT = NOISE_REAL + 2;
const REAL_FOR_GENERATOR = 1 << 21;
const PENALTIES_FOR_GENERATOR = REAL_FOR_GENERATOR + 1;

/* The keys of what a step draws, by the step's own. */
const KEYS = {
  discriminator: (key) => ({ step: key, real: foldIn(key, 0), latents: foldIn(key, 1), penalties: foldIn(key, 2) }),
  generator: (key) => ({ step: key, real: foldIn(key, REAL_FOR_GENERATOR), latents: key, penalties: foldIn(key, PENALTIES_FOR_GENERATOR) }),
};

export class Program {
  /* `facts` as `facts.js` has them; `sizes` = {evaluation, picture, real, grid, manifold}. */
  constructor(facts, sizes) {
    beginGraph();
    this.facts = facts;
    this.sizes = sizes;
    this.networks = { generator: new Network(facts.generator), discriminator: new Network(facts.discriminator) };
    this.numbers = [];
    this.draws = { generator: [], discriminator: [] };
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

  /* What a player's step draws: numbers that stand in a place of their own. */
  drawn(player, name, rows, columns, kind, keyOf) {
    const place = `${player}.${name}`;
    if (!(place in this.places)) {
      this.places[place] = rows * columns;
      this.draws[player].push({ place, kind, count: rows * columns, keyOf });
    }
    return given(place, rows, columns);
  }

  /* The keys of a step of a player. */
  keysOf(player, key) {
    return KEYS[player](key);
  }

  /* A batch of points as the discriminator sees it, in the step of this player. */
  see(player, points, real) {
    const { batch, packing, present } = this.facts;
    let seen = points;
    if (present.includes("training.instance_noise")) {
      const [name, child] = real ? ["noise_real", NOISE_REAL] : ["noise_fake", NOISE_FAKE];
      const noise = this.drawn(player, name, batch, 2, "normal", ({ step }) => foldIn(step, child));
      seen = add(points, mul(this.number("noise"), noise));
    }
    return packing === 1 ? seen : reshape(seen, batch / packing, 2 * packing);
  }

  batchOf(player, generator) {
    const { batch, generator: { inputs } } = this.facts;
    const latents = this.drawn(player, "latents", batch, inputs, "latents", ({ latents: key }) => key);
    const real = this.drawn(player, "real", batch, 2, "real", ({ real: key }) => key);
    const [made, after] = this.networks.generator.learn(this.paramsOf("generator"), generator, latents);
    return { real: this.see(player, real, true), fake: this.see(player, made, false), after };
  }

  /* The discriminator as it learns in a step of this player: a graph of logits of a graph of what it sees. */
  critic(player, params, vectors) {
    const silent = this.facts.present.includes("discriminator.dropout");
    const dropped = (hidden, layer) => {
      const keyOf = ({ step }) => foldIn(foldIn(step, DROPOUT), layer);
      const draws = this.drawn(player, `heard_${layer}_${hidden.rows}`, hidden.rows, hidden.columns, "uniform", keyOf);
      return heard(hidden, draws, this.number("dropout"));
    };
    return (seen) => this.networks.discriminator.apply(params, vectors, seen, silent ? { dropped } : {});
  }

  /* What the discriminator minimises in its own step. */
  detective() {
    const params = this.paramsOf("discriminator");
    const vectors = this.networks.discriminator.powerStep(params, this.vectorsOf("discriminator"));
    const batch = this.batchOf("discriminator", this.vectorsOf("generator"));
    return { ...this.judged("discriminator", batch, params, vectors), vectors };
  }

  /* What a discriminator minimises on the batch of a player's step, and what that is made of. */
  judged(player, { real, fake }, params, vectors) {
    const { objective, present, penalties, seesBatches } = this.facts;
    const critic = this.critic(player, params, vectors);
    const together = seesBatches ? null : critic(stack(real, fake));
    const logits = seesBatches
      ? { real: critic(real), fake: critic(fake) }
      : { real: rowsOf(together, 0, real.rows), fake: rowsOf(together, real.rows, 2 * real.rows) };
    let value = OBJECTIVES[objective].detective(logits.real, logits.fake);
    if (present.includes("training.label_smoothing")) value = add(value, SMOOTHED[objective](logits.real, this.number("smoothing")));
    const penalty = penalties.map((name, index) => this.penalty(player, name, index, critic, { real, fake })).reduce(add, constant(0));
    return { loss: add(value, penalty), value, penalty, logits };
  }

  penalty(player, name, index, critic, { real, fake }) {
    const { keys, value } = PENALTIES[name];
    const uniform = (draw, rows, columns) => {
      const keyOf = ({ penalties }) => {
        const own = foldIn(penalties, index);
        return keys[draw] === null ? own : foldIn(own, keys[draw]);
      };
      return this.drawn(player, `${name}_${draw}`, rows, columns, "uniform", keyOf);
    };
    const numbers = Object.fromEntries(this.facts.penaltyNumbers[name].map((one) => [one, this.number(`${name}.${one}`)]));
    return value(critic, { real, fake, numbers, uniform });
  }

  /* What the generator minimises on its batch. */
  forger() {
    const { objective, present } = this.facts;
    const vectors = this.networks.generator.powerStep(this.paramsOf("generator"), this.vectorsOf("generator"));
    const { after, ...batch } = this.batchOf("generator", vectors);
    const { real, fake } = batch;
    const answered = this.answered(batch);
    const critic = this.critic("generator", answered.params, answered.vectors);
    const [seenReal, seenFake] = [critic(real), critic(fake)];
    if (!present.includes("training.top_k")) return { loss: mean(OBJECTIVES[objective].forger(seenReal, seenFake)), vectors: after };
    const heeded = greatest(stop(seenFake), this.number("heeded"));
    const moving = add(mul(seenFake, heeded), mul(stop(seenFake), affine(heeded, -1, 1)));
    const losses = mul(OBJECTIVES[objective].forger(seenReal, moving), heeded);
    return { loss: mul(sum(losses), this.number("heeded_share")), vectors: after };
  }

  /* The discriminator that the generator answers: as it stands, or as it would be some steps later. */
  answered(batch) {
    const { updates, optimizer } = this.facts;
    const now = { params: this.paramsOf("discriminator"), vectors: this.vectorsOf("discriminator") };
    if (!updates.steps) return now;
    const { params: layout } = this.networks.discriminator;
    const kept = (part) => (part in this.parts.discriminator ? this.arraysOf("discriminator", part, layout) : {});
    return foreseen({
      player: { ...now, means: kept("means"), squares: kept("squares") },
      steps: updates.steps,
      optimizer,
      network: this.networks.discriminator,
      lossOf: (params, vectors) => this.judged("generator", batch, params, vectors).loss,
      numberOf: (name) => this.number(name),
    });
  }

  /* The functions that a round is played with. */
  playing() {
    const detective = this.detective();
    const forger = this.forger();
    const found = {
      discriminator: this.found("discriminator", detective.loss, detective.vectors, this.detectivesView(detective)),
      generator: this.found("generator", forger.loss, forger.vectors, { loss_g: forger.loss }),
    };
    if (RULES[this.facts.updates.name].calms) found.calm = this.calm(detective.loss, forger.loss);
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

  /* The functions by which one looks: fakes of latent points in `latents.NAME`, logits of points. */
  looking() {
    const { evaluation, picture, real, grid, manifold } = this.sizes;
    const { inputs } = this.facts.generator;
    const functions = {};
    const fakes = (name, count) => {
      Object.assign(this.places, { [`latents.${name}`]: count * inputs, [name]: 2 * count });
      const made = this.networks.generator.apply(this.paramsOf("generator"), this.vectorsOf("generator"), given(`latents.${name}`, count, inputs));
      functions[name] = [{ of: made, to: name }];
      return made;
    };
    fakes("evaluation", evaluation);
    fakes("picture", picture);
    if (manifold) fakes("manifold", inputs > 1 ? manifold ** 2 : manifold);
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
}
