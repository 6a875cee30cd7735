/* What was foreseen, and what came of it. A guess is a set: of modes, of games, or of one count. */

import { listed, missingIn, plural, thousands } from "../../page/assets/wording.js";

/* What one can choose among: [value, words] for each. `games` are the state's. */
export function options({ kind, game }, games) {
  if (kind === "games") return games.map(({ label }, index) => [index, `${index + 1}: ${label}`]);
  const modes = games[game]?.target.modes.length ?? 0;
  const many = kind === "count" ? modes + 1 : modes;
  return Array.from({ length: many }, (_, one) => [one, String(one)]);
}

/* A guess after one more choice: a count is one, of the others there may be several. */
export function chosen({ kind }, guess, value) {
  if (kind === "count") return [value];
  return guess.includes(value) ? guess.filter((one) => one !== value) : [...guess, value].sort((a, b) => a - b);
}

/* What came, as a guess says it, from the pictures of all games; null while it is not known. */
export function outcome({ kind, game, round }, pictures) {
  const watched = kind === "games" ? pictures : [pictures[game]];
  if (!watched.length || !watched.every((one) => isThere(one, round))) return null;
  const missing = watched.map(({ metrics }) => missingIn(metrics.covered));
  if (kind === "modes") return missing[0];
  if (kind === "count") return [watched[0].metrics.covered.length - missing[0].length];
  return missing.flatMap((modes, index) => (modes.length ? [index] : []));
}

const isThere = (picture, round) =>
  Boolean(picture?.metrics) && ((picture.round >= round && picture.metrics.round >= round) || Number.isFinite(picture.diverged_at));

/* The round of which that is said: where the first of them was measured last. */
export const measuredAt = (pictures) => Math.min(...pictures.map(({ metrics }) => metrics.round));

/* How far the slowest of the games is on its way to the round, from 0 to 1. */
export function progress({ round }, pictures) {
  const rounds = pictures.map((one) => (one ? (Number.isFinite(one.diverged_at) ? round : one.round) : 0));
  return Math.min(1, Math.min(...rounds, round) / round);
}

/* How a guess went, in words; `guess` is null where none was made. */
export function judged(foresee, guess, came) {
  const isRight = JSON.stringify(guess) === JSON.stringify(came);
  const { named, told } = SAID[foresee.kind];
  const words = [`At round ${thousands(foresee.round)} ${told(came)}.`];
  if (isRight) words.push("You saw it coming.");
  else if (guess) words.push(`You said ${named(guess, "none")}.`, ...hits(foresee, guess, came));
  return { isRight, words: words.join(" ") };
}

function hits({ kind }, guess, came) {
  const right = guess.filter((one) => came.includes(one)).length;
  return kind === "modes" && right ? [`${plural(right, "hit")}.`] : [];
}

const many = (noun, those, none) => (those.length ? `${noun}${those.length === 1 ? "" : "s"} ${listed(those)}` : none);
const games = (those, none) => many("game", those.map((one) => one + 1), none);
const modes = (those, none) => many("kind", those, none);

/* Of each kind of guess: how it is named, and what came told. */
const SAID = {
  count: { named: ([count]) => String(count), told: ([count]) => `it prints ${plural(count, "kind")}` },
  modes: { named: modes, told: (came) => `${modes(came, "no kind")} ${came.length > 1 ? "are" : "is"} missing` },
  games: { named: games, told: (came) => `${games(came, "no game")} ${came.length > 1 ? "miss" : "misses"} kinds` },
};
