/* How far the engine is from what JAX made of a game in 20 rounds: for Node and for the browser. */

import { extentOf, mixtureOf } from "../../ganrun/arena/assets/engine/mixture.js";
import { Game } from "../../ganrun/arena/assets/engine/game.js";
import { viewOf } from "../../ganrun/arena/assets/engine/views.js";

const ROUNDS = 20;
export const FEW = { evaluation: 100, picture: 16, real: 8, grid: 4, manifold: 3 };

/* What a game is told of pieces, from what Python wrote. */
export const declaredIn = ({ defaults, undecided }) => ({ defaultsOf: (field, name) => defaults[`${field}.${name}`] ?? {}, undecided });

/* Of two numbers, relative where they are large; what is not finite is null in a file. */
function apart(found, wanted) {
  if (wanted === null) return Number.isFinite(found) ? Infinity : 0;
  return Math.abs(found - wanted) / Math.max(1, Math.abs(wanted));
}

/* {trace, samples, field}: the farthest of each. */
export function agreement({ config, trace, samples, field }, declared) {
  const mixture = mixtureOf(config.target);
  const game = new Game(config, mixture, declared, FEW);
  for (let round = 0; round < ROUNDS; round += 1) game.playRound();
  const { arrays } = viewOf(game, extentOf(mixture));
  const farthest = (found, wanted) => Math.max(...wanted.map((one, index) => apart(found[index], one)));
  return {
    trace: farthest(Object.keys(trace).map((name) => game.metrics[name]), Object.values(trace)),
    samples: farthest(arrays.samples[0], samples),
    field: farthest(arrays.field[0], field),
  };
}
