import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { ACTIVATIONS } from "../../ganrun/arena/assets/engine/activations.js";
import { STREAM, roundKey } from "../../ganrun/arena/assets/engine/draws.js";
import { Game } from "../../ganrun/arena/assets/engine/game.js";
import { BIAS_INITIALIZERS, INITIALIZERS } from "../../ganrun/arena/assets/engine/initializers.js";
import { CHAINS, GAUSSIAN } from "../../ganrun/arena/assets/engine/layouts.js";
import { extentOf, mixtureOf } from "../../ganrun/arena/assets/engine/mixture.js";
import { BIASES, MINIBATCH } from "../../ganrun/arena/assets/engine/networks.js";
import { LATENTS } from "../../ganrun/arena/assets/engine/latents.js";
import { OBJECTIVES } from "../../ganrun/arena/assets/engine/objectives.js";
import { OPTIMIZERS } from "../../ganrun/arena/assets/engine/optimizers.js";
import { PENALTIES } from "../../ganrun/arena/assets/engine/penalties.js";
import { SCHEDULES } from "../../ganrun/arena/assets/engine/schedules.js";
import { DATA } from "../../ganrun/arena/assets/engine/targets.js";
import { RULES } from "../../ganrun/arena/assets/engine/updates.js";
import { FEW, agreement, declaredIn } from "./agreement.js";

const { declared: told, cases } = JSON.parse(readFileSync(new URL("../golden/engine.json", import.meta.url)));
const declared = declaredIn(told);
const TOLERANCE = 1e-4;

for (const [name, one] of Object.entries(cases)) {
  test(`20 rounds are JAX's: ${name}`, () => {
    for (const [what, apart] of Object.entries(agreement(one, declared))) assert.ok(apart <= TOLERANCE, `${what} is ${apart} away`);
  });
}

const game = (overrides = {}) => {
  const { config } = cases["as in the shipped configs"];
  const changed = { ...structuredClone(config), ...overrides };
  return new Game(changed, mixtureOf(changed.target), declared, FEW);
};

test("a seed makes the same game again, to the bit", () => {
  const [one, other] = [game(), game()];
  for (let round = 0; round < 30; round += 1) one.playRound();
  for (let round = 0; round < 30; round += 1) other.playRound();
  assert.deepEqual(one.state, other.state);
  assert.notDeepEqual(game({ seeds: [4] }).state.vector, game().state.vector);
});

test("a game goes on from a state as if it had never stopped, single steps too", () => {
  const [one, other] = [game(), game()];
  for (let round = 0; round < 5; round += 1) one.playRound();
  one.stepAlone("generator");
  one.stepAlone("discriminator");
  other.state = one.state;
  one.playRound();
  other.playRound();
  assert.deepEqual(one.state, other.state);
  assert.equal(one.round, 6);
});

test("a game that diverges stands still in its last finite state", () => {
  const { config } = cases["optimizer sgd"];
  const wild = { ...config, objective: "least_squares", optimizer: { ...config.optimizer, learning_rate: 10 } };
  const one = new Game(wild, mixtureOf(wild.target), declared, FEW);
  while (one.divergedAt === null && one.round < 200) one.playRound();
  assert.equal(one.divergedAt, one.round + 1);
  const { vector } = one.state;
  assert.ok(vector.every(Number.isFinite));
  one.playRound();
  assert.deepEqual(one.state.vector, vector);
});

test("what is offered is what there is", () => {
  const plays = JSON.parse(readFileSync(new URL("../../ganrun/arena/assets/engine/plays.json", import.meta.url)));
  const tables = {
    objective: OBJECTIVES,
    penalties: PENALTIES,
    "training.updates": RULES,
    "training.data": DATA,
    "generator.latent": LATENTS,
    "generator.activation": ACTIVATIONS,
    "generator.biases": BIASES,
    "generator.initializer": INITIALIZERS,
    "generator.bias_initializer": BIAS_INITIALIZERS,
    "discriminator.activation": ACTIVATIONS,
    "discriminator.biases": BIASES,
    "discriminator.initializer": INITIALIZERS,
    "discriminator.bias_initializer": BIAS_INITIALIZERS,
    "discriminator.minibatch": MINIBATCH,
    "optimizer.name": OPTIMIZERS,
    "optimizer.schedule": SCHEDULES,
    "target.layout": { ...GAUSSIAN, ...CHAINS },
  };
  for (const [field, table] of Object.entries(tables)) assert.deepEqual(Object.keys(table).sort(), [...plays[field]].sort(), field);
});

test("all that is declared draws in the window that Python has", () => {
  const [left, right] = extentOf(mixtureOf({ layout: "ring", modes: 1, radius: 2, std: 0.05 }));
  assert.ok(Math.abs(right - left - 0.6) < 1e-12);
  assert.equal(roundKey(0, STREAM.round, 1).length, 2);
});
