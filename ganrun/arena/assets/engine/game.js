/* One game: its state, and what a round, or a step of one player, makes of it. */

import { carryOver } from "./carried_over.js";
import { STREAM, foldIn, roundKey, wholeNumbers } from "./draws.js";
import { factsOf, numbersOf } from "./facts.js";
import { AHEAD } from "./foreseen.js";
import { KEYS } from "./losses.js";
import { OPTIMIZERS, corrections } from "./optimizers.js";
import { PLAYERS, Program, SEEN } from "./program.js";
import { SCHEDULES, faded, narrowed } from "./schedules.js";
import { DATA, drawable } from "./targets.js";
import { RULES } from "./updates.js";

const INIT = { generator: STREAM.generatorInit, discriminator: STREAM.discriminatorInit };
/* To the nearest whole number, halves to the even one. */
const rounded = (value) => (Math.abs(value % 1) === 0.5 ? 2 * Math.round(value / 2) : Math.round(value));

export class Game {
  /* Of a config with one seed, its mixture (`mixture.js`), what is declared of pieces, and the sizes of what is
   * looked at; from round 0, or from a state of another game (`state`). */
  constructor(config, mixture, declared, sizes, before = null) {
    this.declared = declared;
    this.sizes = sizes;
    this.facts = factsOf(config, declared);
    this.program = new Program(this.facts, sizes);
    this.call = this.program.call;
    this.begin();
    this.heed(config, mixture);
    if (before) carryOver(before, this);
  }

  /* Take in a config of the same program: its numbers and its target. */
  heed(config, mixture) {
    this.numbers = numbersOf(config, this.declared);
    this.discriminatorSteps = this.numbers.discriminatorSteps;
    this.target = drawable(mixture);
    if (this.seed !== config.seeds[0]) {
      this.seed = config.seeds[0];
      if (this.round === 0) this.initialize();
    }
  }

  begin() {
    this.round = 0;
    this.divergedAt = null;
    this.singles = 0;
    this.counts = { generator: 0, discriminator: 0 };
    this.trace = new Float32Array(SEEN.length).fill(NaN);
  }

  /* Two untrained networks of the seed. */
  initialize() {
    const { program } = this;
    program.views.state.fill(0);
    for (const player of PLAYERS) {
      const key = roundKey(this.seed, INIT[player], 0);
      const { params, vectors } = program.networks[player];
      for (const [part, layout] of [["params", params], ["vectors", vectors]]) {
        for (const { first, offset } of layout.arrays) program.view(player, part).set(first(key), offset);
      }
      if (RULES[this.facts.updates.name].remembers === "params") this.keep(player, "memory");
    }
  }

  // The whole training state

  get state() {
    const { round, divergedAt, singles, counts, trace, program } = this;
    return { round, divergedAt, singles, counts: { ...counts }, trace: trace.slice(), vector: program.views.state.slice() };
  }

  set state({ round, divergedAt, singles, counts, trace, vector }) {
    Object.assign(this, { round, divergedAt, singles, counts: { ...counts }, trace: trace.slice() });
    this.program.views.state.set(vector);
  }

  // Playing

  /* Play one round; one whose outcome is not finite is undone, and the game stands still for good. */
  playRound() {
    this.guarded(() => {
      this.inRound();
      RULES[this.facts.updates.name].play(this, roundKey(this.seed, STREAM.round, this.round + 1), this.numbers.updates);
      this.round += 1;
      this.look();
    });
  }

  /* One step of one player alone, which draws from a stream of its own. */
  stepAlone(player) {
    this.guarded(() => {
      this.inRound();
      const key = foldIn(roundKey(this.seed, STREAM.singleStep, this.round), this.singles);
      this.singles += 1;
      this.find(player, key);
      this.move(player);
      this.look(player);
    });
  }

  guarded(play) {
    if (this.divergedAt !== null) return;
    const { state, backup, seen } = this.program.views;
    const { round } = this;
    const [counts, trace] = [{ ...this.counts }, this.trace];
    backup.set(state);
    seen.fill(0);
    play();
    const losses = ["loss_d", "penalty", "loss_g"].map((name) => seen[SEEN.indexOf(name)]); // 0 of who did not move
    if (this.call.isFinite(this.program.at.state, state.length) === 0 && losses.every(Number.isFinite)) return;
    state.set(backup);
    Object.assign(this, { round, counts, trace, divergedAt: round + 1 });
  }

  /* The numbers as they stand in the round that is played. */
  inRound() {
    const { numbers, program, round } = this;
    const factor = Math.fround(SCHEDULES[numbers.schedule.name](round, numbers.schedule.numbers));
    this.rates = Object.fromEntries(PLAYERS.map((player) => [player, Math.fround(numbers[player].rate * factor)]));
    for (const [name, value] of numbers.penalties) program.set(name, value);
    for (const [name, value] of Object.entries(numbers.latent)) program.set(`latent.${name}`, value);
    program.set("dropout", numbers.dropout);
    program.set("smoothing", numbers.smoothing);
    if (numbers.noise) program.set("noise", faded(numbers.noise.std, numbers.noise.until, round));
    if (numbers.topK) {
      const fakes = this.facts.batch / this.facts.packing;
      const heeded = Math.min(fakes, Math.max(1, rounded(Math.fround(narrowed(numbers.topK.share, numbers.topK.until, round)) * fakes)));
      program.set("heeded", heeded);
      program.set("heeded_share", 1 / heeded);
    }
  }

  /* A player's slopes on a fresh batch, by the key of its step. */
  find(player, key) {
    this.drawFor(player, KEYS[player](key));
    this.call[player]();
  }

  /* Draw what a player's step, or a look, takes, by its keys. */
  drawFor(owner, keys) {
    const { program, facts } = this;
    for (const { place, kind, count, keyOf } of program.draws[owner]) {
      const own = keyOf(keys);
      if (kind === "real") this.drawReal(own, count / 2, program.views[place]);
      else if (kind === "whole") program.views[place].set(wholeNumbers(own, count, facts.latent.size));
      else this.draw(kind, program.at[place], count, own);
    }
  }

  drawReal(key, count, out) {
    const { target, numbers, seed } = this;
    const draw = { uniform: (own, size) => this.drawn("uniform", own, size), normal: (own, size) => this.drawn("normal", own, size) };
    DATA[this.facts.data]({ target, draw, key, count, out, size: numbers.pool, poolKey: roundKey(seed, STREAM.pool, 0) });
  }

  /* So many uniform numbers in [0, 1), even ones in [-1, 1), or normal ones. */
  draw(kind, at, count, key) {
    if (kind === "normal") this.call.normal(at, count, ...key);
    else this.call.uniform(at, count, ...key, kind === "even" ? -1 : 0, 1);
  }

  /* The same in a place that is used again. */
  drawn(kind, key, count) {
    const place = `drawn.${kind}`;
    this.draw(kind, this.program.at[place], count, key);
    return this.program.views[place].subarray(0, count);
  }

  /* Take a step down the slopes that were found. */
  move(player) {
    this.descend(player, 1);
    this.settle(player);
  }

  /* A player's vectors after the pass, and the clip. */
  settle(player) {
    this.program.view(player, "vectors").set(this.program.views[`${player}.next`]);
    if (player === "discriminator") this.clip();
  }

  descend(player, strength) {
    this.update(player);
    this.follow(player, strength);
  }

  /* The optimizer's update, in units of the rate; its state goes on. */
  update(player) {
    this.counts[player] += 1;
    const at = { update: this.program.at[`${player}.update`], slopes: this.program.at[`${player}.slopes`] };
    for (const part of ["params", ...OPTIMIZERS[this.facts.optimizer].keeps]) at[part] = this.program.address(player, part);
    OPTIMIZERS[this.facts.optimizer].update(this.call, at, this.bytes(player), this.numbers[player].numbers, this.counts[player]);
  }

  /* The numbers of the discriminator's next steps, for a generator that foresees them. */
  foresee() {
    const { program, numbers, counts, facts } = this;
    const own = numbers.discriminator.numbers;
    for (const name of AHEAD) program.set(`ahead.${name}`, own[name]);
    program.set("ahead.rate", this.rates.discriminator);
    program.set("ahead.clip", numbers.clip);
    for (let step = 1; step <= facts.updates.steps; step += 1) {
      const [first, second] = corrections(own, counts.discriminator + step);
      program.set(`ahead.correction1.${step}`, first);
      program.set(`ahead.correction2.${step}`, second);
    }
  }

  bytes(player) {
    return 4 * this.program.parts[player].params.length;
  }

  add(player, to, from, share) {
    this.call.blend(to, to, from, this.bytes(player), 1, share);
  }

  follow(player, strength) {
    this.go(player, this.program.at[`${player}.update`], strength);
  }

  followMemory(player, strength) {
    this.go(player, this.program.address(player, "memory"), strength);
  }

  /* Down a vector by the player's rate; a latent that learns has a rate of its own, in units of that. */
  go(player, from, strength) {
    const params = this.program.address(player, "params");
    const rate = Math.fround(this.rates[player] * strength);
    const own = 4 * this.program.networks[player].learnedLength;
    const step = (start, bytes, share) => this.call.blend(params + start, params + start, from + start, bytes, 1, -share);
    if (own) step(0, own, Math.fround(rate * this.numbers.latent.rate));
    step(own, this.bytes(player) - own, rate);
  }

  rememberUpdate(player) {
    this.program.view(player, "memory").set(this.program.views[`${player}.update`]);
  }

  addCalm(player, weight) {
    this.add(player, this.program.at[`${player}.slopes`], this.program.at[`${player}.calm`], weight);
  }

  clip() {
    const { clip } = this.numbers;
    if (clip < Infinity) this.call.clip(this.program.address("discriminator", "params"), this.bytes("discriminator"), clip);
  }

  /* Keep a player's parameters in another place, and bring them back. */
  keep(player, place) {
    this.placeOf(player, place).set(this.program.view(player, "params"));
  }

  bring(player, place) {
    this.program.view(player, "params").set(this.placeOf(player, place));
  }

  placeOf(player, place) {
    return place === "memory" ? this.program.view(player, place) : this.program.views[`${player}.${place}`];
  }

  /* To `share` of the way that it has come since it last went back; both begin there again. */
  goBack(player, share) {
    const [params, memory] = [this.program.address(player, "params"), this.program.address(player, "memory")];
    this.call.blend(params, memory, params, this.bytes(player), 1 - share, share);
    this.keep(player, "memory");
  }

  /* Keep what was seen: in a step of one player, only its own numbers. */
  look(player = null) {
    const isGenerators = (name) => name === "loss_g" || name === "square_g";
    const isKept = (name) => player !== null && isGenerators(name) !== (player === "generator");
    this.trace = this.trace.map((old, index) => (isKept(SEEN[index]) ? old : this.program.views.seen[index]));
  }

  /* What the latest round looked like, in the names of `ganrun.config.metrics`; NaN where nothing does. */
  get metrics() {
    const seen = Object.fromEntries(SEEN.map((name, index) => [name, this.trace[index]]));
    const decides = this.facts.undecided !== null;
    return {
      loss_d: seen.loss_d,
      loss_g: seen.loss_g,
      real_logit: seen.real_logit,
      fake_logit: seen.fake_logit,
      accuracy_d: decides ? (seen.real_right + seen.fake_right) / 2 : NaN,
      grad_norm_d: Math.sqrt(seen.square_d),
      grad_norm_g: Math.sqrt(seen.square_g),
      penalty: seen.penalty,
    };
  }
}
