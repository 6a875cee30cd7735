/* Verdicts are spoken when their word changes, and not more often than one can listen. */

import { byId, write } from "../../page/assets/elements.js";

const EVERY = 8000; // ms
let spokenAt = -Infinity;
let unspoken = new Map();

export function announceVerdict(card, { words }) {
  unspoken.set(card.id, `Game ${card.position + 1}, ${card.game.label}: ${words}.`);
  const wait = Math.max(0, spokenAt + EVERY - performance.now());
  if (unspoken.size > 1) return;
  setTimeout(() => {
    spokenAt = performance.now();
    write(byId("announcer"), [...unspoken.values()].join(" "));
    unspoken = new Map();
  }, wait);
}
