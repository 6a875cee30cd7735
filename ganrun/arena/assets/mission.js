/* Whether a mission is done: pure steps from one picture of a game to the next.
 *
 * Goals, each of any game on the stage:
 *   {kind: "whole", before}           every mode covered at a round before that
 *   {kind: "others", after}           two seeds after which different modes are missing
 *   {kind: "lost", modes, rounds, after}   so many missing for so many rounds, later than that
 *   {kind: "rescued", after, rounds}  some missing after that round, and then none for so many, in one
 *                                     game that is not begun again
 *   {kind: "least", round, most}      the least value of the knob, and no more than `most`, with which
 *                                     every mode is covered at that round, set at the beginning
 */

import { listed, missingIn, plural, settingNumber, thousands } from "../../page/assets/wording.js";

/* Nothing seen yet. `games` holds what is remembered of each; `best` and `losses` are of all. */
export const begun = () => ({ isDone: false, words: "", games: {}, best: null, losses: {} });

/* The same after one more picture: seen = {id, round, covered, seed, value (of the knob), touched}. */
export function heeded(mission, goal, seen) {
  if (mission.isDone || !seen.covered) return mission;
  const before = mission.games[seen.id];
  const known = !before || seen.round < before.round ? { round: 0, since: null, wasLost: false } : before;
  const missing = missingIn(seen.covered);
  const { memory = {}, ...news } = GOALS[goal.kind](goal, seen, missing, known, mission);
  return { ...mission, ...news, games: { ...mission.games, [seen.id]: { ...known, ...memory, round: seen.round } } };
}

const done = (words) => ({ isDone: true, words });
const now = (missing, { covered }) => `${covered.length - missing.length} of ${covered.length} kinds now`;

const GOALS = {
  whole({ before }, seen, missing) {
    if (seen.round > before) return { words: `Round ${thousands(before)} is past: Reset (R), turn the knob, and play again.` };
    if (seen.round > 0 && missing.length === 0) return done(`All of them by round ${thousands(seen.round)}.`);
    return { words: `${now(missing, seen)}, at round ${thousands(seen.round)}.` };
  },

  others({ after }, seen, missing, _, { losses }) {
    const found = { ...losses };
    if (seen.round >= after && !seen.touched) found[seen.seed] ??= missing.join();
    const kinds = Object.values(found);
    const words = kinds.map((lost) => (lost ? `lost ${listed(lost.split(","))}` : "lost none"));
    if (new Set(kinds).size > 1) return { ...done(`One start ${words[0]}, another ${words.at(-1)}: chance decides which.`), losses: found };
    const rest = kinds.length ? ` ${plural(kinds.length, "start")} so far: ${words.at(-1)}. Try another.` : "";
    return { losses: found, words: `${now(missing, seen)}, at round ${thousands(seen.round)} of ${thousands(after)}.${rest}` };
  },

  lost({ modes, rounds, after }, seen, missing, { since }) {
    if (missing.length < modes || seen.round < after) {
      const when = seen.round < after ? `, at round ${thousands(seen.round)}; it counts from ${thousands(after)} on` : "";
      return { memory: { since: null }, words: `${now(missing, seen)}${when}.` };
    }
    const from = since ?? seen.round;
    if (seen.round - from >= rounds) return done(`${plural(missing.length, "kind")} lost, and not found again for ${thousands(rounds)} rounds.`);
    return { memory: { since: from }, words: `${plural(missing.length, "kind")} lost for ${thousands(seen.round - from)} of ${thousands(rounds)} rounds.` };
  },

  rescued({ after, rounds }, seen, missing, { since, wasLost }) {
    if (!wasLost) {
      const isLost = seen.round >= after && missing.length > 0;
      const first = isLost ? "Kinds are lost. Rescue them." : `${now(missing, seen)}, at round ${thousands(seen.round)}; first it must collapse.`;
      return { memory: { wasLost: isLost, since: null }, words: first };
    }
    if (missing.length) return { memory: { since: null }, words: `${now(missing, seen)}. It must not begin again.` };
    const from = since ?? seen.round;
    if (seen.round - from >= rounds) return done(`Rescued by round ${thousands(seen.round)}, and it never began again.`);
    return { memory: { since: from }, words: `All of them for ${thousands(seen.round - from)} of ${thousands(rounds)} rounds.` };
  },

  least({ round, most }, seen, missing, _, { best }) {
    const so = best === null ? "" : ` Least so far: ${settingNumber(best)}.`;
    if (seen.touched) return { words: `The knob was turned on the way: Reset (R), and play it from the beginning.${so}` };
    if (seen.round < round) return { words: `${now(missing, seen)}, at round ${thousands(seen.round)} of ${thousands(round)}.${so}` };
    if (missing.length) return { words: `With ${settingNumber(seen.value)} kinds are missing at round ${thousands(round)}.${so}` };
    const least = best === null ? seen.value : Math.min(best, seen.value);
    const words = `It works with ${settingNumber(seen.value)}. Least so far: ${settingNumber(least)}.`;
    // The search goes on: who is done may still find a smaller one.
    return { best: least, words, isReached: least <= most };
  },
};
