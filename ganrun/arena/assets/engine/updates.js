/* Update rules: how both players' slopes become two moves in a round (`ganrun.game.updates`).
 *
 * Child 0 of the round's key makes the generator's batch, child i + 1 that of the discriminator's step i. */

import { foldIn } from "./draws.js";

const AHEAD = 1 << 22;
const BOTH = ["discriminator", "generator"]; // the one first that reads the other's vectors

const generatorsKey = (key) => foldIn(key, 0);
const discriminatorsKey = (key, step) => foldIn(key, step + 1);

function discriminatorSteps(game, key, count) {
  for (let step = 0; step < count; step += 1) {
    game.find("discriminator", discriminatorsKey(key, step));
    game.move("discriminator");
  }
}

function alternating(game, key) {
  discriminatorSteps(game, key, game.discriminatorSteps);
  game.find("generator", generatorsKey(key));
  game.move("generator");
}

/* Both players' slopes where they stand after all discriminator steps but the last. */
function findBoth(game, key) {
  discriminatorSteps(game, key, game.discriminatorSteps - 1);
  game.find("discriminator", discriminatorsKey(key, game.discriminatorSteps - 1));
  game.find("generator", generatorsKey(key));
}

function simultaneous(game, key) {
  findBoth(game, key);
  for (const player of BOTH) game.move(player);
}

function extragradient(game, key, { strength }) {
  discriminatorSteps(game, key, game.discriminatorSteps - 1);
  const ahead = foldIn(key, AHEAD);
  for (const player of BOTH) {
    game.keep(player, "origin");
    game.find(player, player === "generator" ? generatorsKey(ahead) : ahead);
  }
  for (const player of BOTH) game.descend(player, strength);
  game.clip();
  game.find("discriminator", discriminatorsKey(key, game.discriminatorSteps - 1));
  game.find("generator", generatorsKey(key));
  for (const player of BOTH) {
    game.bring(player, "origin");
    game.move(player);
  }
}

function optimistic(game, key, { strength }) {
  findBoth(game, key);
  for (const player of BOTH) {
    game.update(player);
    game.follow(player, 1 + strength);
    game.followMemory(player, -strength);
    game.rememberUpdate(player);
    game.settle(player);
  }
}

function consensus(game, key, { weight }) {
  findBoth(game, key);
  game.call.calm();
  for (const player of BOTH) game.addCalm(player, weight);
  for (const player of BOTH) game.move(player);
}

function unrolled(game, key) {
  discriminatorSteps(game, key, game.discriminatorSteps);
  game.foresee();
  game.find("generator", generatorsKey(key));
  game.move("generator");
}

function lookahead(game, key, { every, share }) {
  alternating(game, key);
  if ((game.round + 1) % every !== 0) return;
  for (const player of BOTH) game.goBack(player, share);
}

/* `remembers`: whether something is kept of every parameter from round to round, and what before the
 * first; `calms`: whether the slopes of squared slopes are needed. */
export const RULES = {
  alternating: { play: alternating },
  simultaneous: { play: simultaneous },
  extragradient: { play: extragradient },
  optimistic: { play: optimistic, remembers: "nothing" },
  consensus: { play: consensus, calms: true },
  unrolled: { play: unrolled },
  lookahead: { play: lookahead, remembers: "params" },
};
