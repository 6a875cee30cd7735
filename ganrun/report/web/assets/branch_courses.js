/* What a branch's GANs have come to at a round; pure, for the pictures of it and their words. */

import { listed, plural, thousands } from "../../../page/assets/wording.js";

/* How each mode is served in a course at a round: the text of the latest evaluation by then, of the
 * first where none was yet; null where there was none at all. */
export function servedAt({ rounds, served }, round) {
  if (!rounds.length) return null;
  const later = rounds.findIndex((one) => one > round);
  const row = later === -1 ? rounds.length - 1 : Math.max(0, later - 1);
  return served[row];
}

/* A panel's courses at a round: those of its GANs, or before it begins the run's alone. */
export function coursesAt(panel, round) {
  return round < panel.from && panel.before ? [panel.before] : panel.courses;
}

/* Where each evaluation's piece begins and ends: half-way to its neighbours, within the span. */
export function edgesOf({ rounds, whole }, from, to) {
  const places = rounds.map((round) => Math.min(Math.max(round, from), to));
  const middles = places.slice(1).map((place, n) => (place + places[n]) / 2);
  const last = places.at(-1);
  const half = last - (middles.at(-1) ?? from);
  return [from, ...middles, whole ? to : Math.min(last + half, to)];
}

const missingFrom = (served) => [...served].flatMap((way, mode) => (way === "0" ? [mode] : []));

/* What is to be seen at a round, in a sentence or two. */
export function coursesWords(panel, round) {
  const known = coursesAt(panel, round).map((one) => servedAt(one, round)).filter((one) => one !== null);
  const when = `Round ${thousands(round)}.`;
  if (!known.length) return `${when} Nothing was evaluated.`;
  const missing = known.map(missingFrom);
  if (known.length === 1) return `${when} ${missing[0].length ? `Missing: ${plural(missing[0].length, "mode")} (${listed(missing[0])}).` : "No mode is missing."}`;
  const whole = missing.filter((modes) => modes.length === 0).length;
  if (whole === 0) return `${when} Modes are missing in all ${known.length} GANs.`;
  return `${when} No mode is missing in ${whole} of ${known.length} GANs.`;
}
