/* Both players' losses as graphs, of a program (`program.js`), and what is drawn for them: `ganrun.game.slopes`. */

import { foldIn } from "./draws.js";
import { foreseen } from "./foreseen.js";
import { add, affine, constant, greatest, mean, mul, reshape, rowsOf, stack, stop, sum } from "./graph.js";
import { LATENTS } from "./latents.js";
import { heard } from "./networks.js";
import { OBJECTIVES, SMOOTHED } from "./objectives.js";
import { PENALTIES } from "./penalties.js";

// Children of a step's key, as in `ganrun.game`.
const NOISE_REAL = 1 << 20;
const NOISE_FAKE = NOISE_REAL + 1;
const DROPOUT = NOISE_REAL + 2;
const REAL_FOR_GENERATOR = 1 << 21;
const PENALTIES_FOR_GENERATOR = REAL_FOR_GENERATOR + 1;

/* By player, the keys of what a step of it draws, of the step's own. */
export const KEYS = {
  discriminator: (key) => ({ step: key, real: foldIn(key, 0), latents: foldIn(key, 1), penalties: foldIn(key, 2) }),
  generator: (key) => ({
    step: key,
    real: foldIn(key, REAL_FOR_GENERATOR),
    latents: key,
    penalties: foldIn(key, PENALTIES_FOR_GENERATOR),
  }),
};

/* So many latent points of a player's step, or of a look. */
export function latentsOf(program, owner, count) {
  const { latent, generator: { inputs: dimensions } } = program.facts;
  const drawn = (name, rows, columns, kind, childOf) =>
    program.drawn(owner, `latents_${name}`, rows, columns, kind, ({ latents }) => childOf(latents));
  return LATENTS[latent.name].points({ drawn, count, dimensions, learned: program.paramsOf("generator") });
}

/* A batch of points as the discriminator sees it, in the step of this player. */
function see(program, player, points, real) {
  const { batch, packing, present } = program.facts;
  let seen = points;
  if (present.includes("training.instance_noise")) {
    const [name, child] = real ? ["noise_real", NOISE_REAL] : ["noise_fake", NOISE_FAKE];
    const noise = program.drawn(player, name, batch, 2, "normal", ({ step }) => foldIn(step, child));
    seen = add(points, mul(program.number("noise"), noise));
  }
  return packing === 1 ? seen : reshape(seen, batch / packing, 2 * packing);
}

function batchOf(program, player, generator) {
  const { batch } = program.facts;
  const latents = latentsOf(program, player, batch);
  const real = program.drawn(player, "real", batch, 2, "real", ({ real: key }) => key);
  const [made, after] = program.networks.generator.learn(program.paramsOf("generator"), generator, latents);
  return { real: see(program, player, real, true), fake: see(program, player, made, false), latents, after };
}

/* The discriminator as it learns in a step of this player: a graph of logits of a graph of what it sees. */
function criticOf(program, player, params, vectors) {
  const silent = program.facts.present.includes("discriminator.dropout");
  const dropped = (hidden, layer) => {
    const keyOf = ({ step }) => foldIn(foldIn(step, DROPOUT), layer);
    const draws = program.drawn(player, `heard_${layer}_${hidden.rows}`, hidden.rows, hidden.columns, "uniform", keyOf);
    return heard(hidden, draws, program.number("dropout"));
  };
  return (seen) => program.networks.discriminator.apply(params, vectors, seen, silent ? { dropped } : {});
}

/* What the discriminator minimises in its own step. */
export function detective(program) {
  const params = program.paramsOf("discriminator");
  const vectors = program.networks.discriminator.powerStep(params, program.vectorsOf("discriminator"));
  const batch = batchOf(program, "discriminator", program.vectorsOf("generator"));
  return { ...judged(program, "discriminator", batch, params, vectors), vectors };
}

/* What a discriminator minimises on the batch of a player's step, and what that is made of. */
function judged(program, player, { real, fake }, params, vectors) {
  const { objective, present, penalties, seesBatches } = program.facts;
  const critic = criticOf(program, player, params, vectors);
  const together = seesBatches ? null : critic(stack(real, fake));
  const logits = seesBatches
    ? { real: critic(real), fake: critic(fake) }
    : { real: rowsOf(together, 0, real.rows), fake: rowsOf(together, real.rows, 2 * real.rows) };
  let value = OBJECTIVES[objective].detective(logits.real, logits.fake);
  if (present.includes("training.label_smoothing")) value = add(value, SMOOTHED[objective](logits.real, program.number("smoothing")));
  const values = penalties.map((name, index) => penaltyOf(program, player, name, index, critic, { real, fake }));
  const penalty = values.reduce(add, constant(0));
  return { loss: add(value, penalty), value, penalty, logits };
}

function penaltyOf(program, player, name, index, critic, { real, fake }) {
  const { keys, value } = PENALTIES[name];
  const uniform = (draw, rows, columns) => {
    const keyOf = ({ penalties }) => {
      const own = foldIn(penalties, index);
      return keys[draw] === null ? own : foldIn(own, keys[draw]);
    };
    return program.drawn(player, `${name}_${draw}`, rows, columns, "uniform", keyOf);
  };
  const numbers = Object.fromEntries(program.facts.penaltyNumbers[name].map((one) => [one, program.number(`${name}.${one}`)]));
  return value(critic, { real, fake, numbers, uniform });
}

/* What the generator minimises on its batch. */
export function forger(program) {
  const { objective, present, latent } = program.facts;
  const vectors = program.networks.generator.powerStep(program.paramsOf("generator"), program.vectorsOf("generator"));
  const { after, latents, ...batch } = batchOf(program, "generator", vectors);
  const { real, fake } = batch;
  const answered = answeredBy(program, batch);
  const critic = criticOf(program, "generator", answered.params, answered.vectors);
  const [seenReal, seenFake] = [critic(real), critic(fake)];
  const isPicky = present.includes("training.top_k");
  const loss = isPicky ? ofTheBest(program, seenReal, seenFake) : mean(OBJECTIVES[objective].forger(seenReal, seenFake));
  const { term } = LATENTS[latent.name];
  const number = (name) => program.number(`latent.${name}`);
  return { loss: term ? add(loss, term({ number, learned: program.paramsOf("generator"), latents })) : loss, vectors: after };
}

/* The mean loss of those fakes that look most real. */
function ofTheBest(program, seenReal, seenFake) {
  const { objective } = program.facts;
  const heeded = greatest(stop(seenFake), program.number("heeded"));
  const moving = add(mul(seenFake, heeded), mul(stop(seenFake), affine(heeded, -1, 1)));
  const losses = mul(OBJECTIVES[objective].forger(seenReal, moving), heeded);
  return mul(sum(losses), program.number("heeded_share"));
}

/* The discriminator that the generator answers: as it stands, or as it would be some steps later. */
function answeredBy(program, batch) {
  const { updates, optimizer } = program.facts;
  const now = { params: program.paramsOf("discriminator"), vectors: program.vectorsOf("discriminator") };
  if (!updates.steps) return now;
  const { params: layout } = program.networks.discriminator;
  const kept = (part) => (part in program.parts.discriminator ? program.arraysOf("discriminator", part, layout) : {});
  return foreseen({
    player: { ...now, means: kept("means"), squares: kept("squares") },
    steps: updates.steps,
    optimizer,
    network: program.networks.discriminator,
    lossOf: (params, vectors) => judged(program, "generator", batch, params, vectors).loss,
    numberOf: (name) => program.number(name),
  });
}
