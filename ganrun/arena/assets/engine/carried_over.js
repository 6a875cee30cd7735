/* A game that goes on under other rules: what of its state stays (`ganrun.game.single_steps`). */

import { OPTIMIZERS } from "./optimizers.js";
import { PLAYERS } from "./program.js";
import { RULES } from "./updates.js";

/* Let a game begin where another stands. Every array that has the same name and shape under both stays;
 * what an optimizer remembers does where the network is all the same and so is what is remembered. */
export function carryOver(old, game) {
  const { round, divergedAt, singles, trace, seed } = old;
  Object.assign(game, { round, divergedAt, singles, trace, seed });
  game.initialize();
  for (const player of PLAYERS) {
    for (const part of ["params", "vectors"]) bringOver(old, game, player, part);
    const keeps = keepsOf(game);
    if (!isSameNetwork(old, game, player) || String(keeps) !== String(keepsOf(old))) continue;
    game.counts[player] = old.counts[player];
    for (const part of keeps) game.program.view(player, part).set(old.program.view(player, part));
  }
  recall(old, game);
}

const keepsOf = ({ facts }) => OPTIMIZERS[facts.optimizer].keeps;
const shapesOf = ({ program }, player) => program.networks[player].params.arrays.map(({ name, rows, columns }) => [name, rows, columns]);
const isSameNetwork = (old, game, player) => JSON.stringify(shapesOf(old, player)) === JSON.stringify(shapesOf(game, player));

function bringOver(old, game, player, part) {
  const before = new Map(old.program.networks[player][part].arrays.map((one) => [one.name, one]));
  for (const { name, rows, columns, offset } of game.program.networks[player][part].arrays) {
    const same = before.get(name);
    if (!same || same.rows !== rows || same.columns !== columns) continue;
    const numbers = old.program.view(player, part).subarray(same.offset, same.offset + rows * columns);
    game.program.view(player, part).set(numbers, offset);
  }
}

/* What a rule keeps goes on where it is the same rule of the same networks, and else begins anew. */
function recall(old, game) {
  const { name } = game.facts.updates;
  const { remembers } = RULES[name];
  if (!remembers) return;
  const isSame = old.facts.updates.name === name && PLAYERS.every((player) => isSameNetwork(old, game, player));
  for (const player of PLAYERS) {
    if (isSame) game.program.view(player, "memory").set(old.program.view(player, "memory"));
    else if (remembers === "params") game.keep(player, "memory");
  }
}
