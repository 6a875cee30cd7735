/* What a picture lets a card say: its count, its shares and what is missing are of one round, and
 * what was found of an earlier one says of which. */

import { missingIn, missingModes, plural, thousands } from "../../page/assets/wording.js";

/* The words of a picture's header, for a game of so many `modes`; `metrics` are null where they are
 * not known, or are of another target. */
export function cardWords({ metrics, modes_recovered: recovered, verdict }, modes) {
  const known = metrics && metrics.covered.length === modes ? metrics : null;
  const missing = known ? missingIn(known.covered) : [];
  const asOf = ({ at_round: round }, words) => (known && round === known.round ? "" : words(thousands(round)));
  const stricter = recovered ? `, ${recovered.count}\u00a0recovered${asOf(recovered, (round) => ` by round\u00a0${round}`)}${beyondWords(recovered)}` : "";
  return {
    metrics: known,
    covered: known ? String(known.covered.filter(Boolean).length) : "–",
    of: `of ${plural(modes, "mode")} covered`,
    stricter,
    isWhole: known !== null && missing.length === 0,
    missing: known ? missingModes(missing, modes) : "",
    evidence: verdict ? `${verdict.evidence}${asOf(verdict, (round) => ` As of round\u00a0${round}.`)}` : "",
  };
}

const beyondWords = ({ beyond }) => (beyond ? `, above what perfect samples reach (${beyond})` : "");
