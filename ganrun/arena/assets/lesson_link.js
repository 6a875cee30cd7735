/* What is on the stage, as the text behind a link's `#`, and back: lesson, games, seed, round, speed.
 *
 * What such a text says comes from anywhere: its form is seen to here, and what it asks for is checked
 * by the arena, as any message is. */

import { fieldOf } from "./config_words.js";

const LONGEST = 40_000; // characters
const MOST_OVERRIDES = 100;
const LAST_ROUND = 10_000_000;
const FASTEST = "fastest";

/* All that a game has otherwise than by default; null where no page can stage it. */
export function overridesOf(config, schema) {
  const layout = schema.layouts.find(({ name }) => name === config.target.layout);
  if (!layout || layout.from_file) return null;
  const rules = schema.groups.flatMap(({ fields }) => fields).filter(({ field }) => !field.startsWith("penalties."));
  const others = rules.filter(({ field, default: usual }) => JSON.stringify(fieldOf(config, field)) !== JSON.stringify(usual));
  const staged = schema.stage_fields.map((field) => [field, fieldOf(config, field)]);
  return Object.fromEntries([
    ["target", Object.fromEntries(Object.entries(config.target).filter(([, value]) => value !== null))],
    ["penalties", config.penalties],
    ...others.map(({ field }) => [field, fieldOf(config, field)]),
    ...staged.filter(([, value]) => value !== undefined),
  ]);
}

/* told = {lesson?, seed, round, speed (null: as fast as it goes), games: [{label, overrides}]} */
export function textOf({ lesson, seed, round, speed, games }) {
  const parts = new URLSearchParams();
  if (lesson) parts.set("lesson", lesson);
  parts.set("seed", seed);
  parts.set("round", round);
  parts.set("speed", speed ?? FASTEST);
  parts.set("games", JSON.stringify(games));
  return parts.toString();
}

/* The same from a text, with or without what stands before its `#`: {told}, or {why} it is none. */
export function readText(text) {
  if (text.length > LONGEST) return { why: `It is longer than ${LONGEST.toLocaleString("en")} characters.` };
  const parts = new URLSearchParams(text.slice(text.indexOf("#") + 1).trim());
  const lesson = parts.get("lesson");
  if (!parts.has("games")) return lesson ? { told: { lesson } } : { why: "It names no games." };
  const told = {
    lesson,
    seed: number(parts.get("seed") ?? "0", 0, Number.MAX_SAFE_INTEGER, true),
    round: number(parts.get("round") ?? "0", 0, LAST_ROUND, true),
    speed: (parts.get("speed") ?? FASTEST) === FASTEST ? null : number(parts.get("speed"), 0.1, 1e6, false),
    games: gamesIn(parts.get("games")),
  };
  const bad = Object.keys(told).find((name) => told[name] === undefined);
  return bad ? { why: `It does not say what ${bad === "games" ? "games" : `${bad}`} it means.` } : { told };
}

function number(text, least, most, isWhole) {
  const value = text === "" ? NaN : Number(text);
  return value >= least && value <= most && (!isWhole || Number.isInteger(value)) ? value : undefined;
}

function gamesIn(text) {
  let games;
  try {
    games = JSON.parse(text);
  } catch {
    return undefined;
  }
  const isGame = (one) =>
    one !== null &&
    typeof one === "object" &&
    typeof one.label === "string" &&
    one.overrides !== null &&
    typeof one.overrides === "object" &&
    !Array.isArray(one.overrides) &&
    Object.keys(one.overrides).length <= MOST_OVERRIDES;
  if (!Array.isArray(games) || games.length === 0 || !games.every(isGame)) return undefined;
  return games.map(({ label, overrides }) => ({ label, overrides }));
}
