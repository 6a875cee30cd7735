/* Record a game for pages in which none can be played: what `python tests/engine_cases.py recording` runs.
 * Reads what a page is exported with from the standard input, writes the recording to the output. */

import { readFileSync } from "node:fs";

import { unpackFrame } from "../../ganrun/arena/assets/frames.js";
import { packed } from "../../ganrun/arena/assets/offline/recording.js";
import { Session } from "../../ganrun/arena/assets/offline/session.js";

const PICTURES = 60;
const ROUNDS = 3000;
const SAMPLES = 256;
const KEPT = ["samples", "field"];

/* Rounds that are close together at the beginning, where most happens. */
const rounds = Array.from({ length: PICTURES }, (_, index) => Math.round(ROUNDS * (index / (PICTURES - 1)) ** 2));

export function recording(exported) {
  const pictures = [];
  let frame = null;
  const session = new Session(exported, (message) => {
    if (message instanceof ArrayBuffer) frame = message;
  });
  const [slot] = session.slots;
  for (const round of rounds) {
    slot.game.advance(round);
    session.showAll();
    pictures.push(pictureOf(frame));
  }
  const [game] = session.state.games;
  return { game, seed: session.seed, pictures };
}

function pictureOf(frame) {
  const [{ arrays: described, ...header }, arrays] = unpackFrame(frame);
  const shapes = Object.fromEntries(described.map(({ name, shape }) => [name, shape]));
  const kept = { samples: arrays.samples.subarray(0, 2 * SAMPLES), field: arrays.field };
  shapes.samples = [SAMPLES, 2];
  return { header, arrays: Object.fromEntries(KEPT.map((name) => [name, { shape: shapes[name], ...packed(kept[name]) }])) };
}

if (process.argv[1]?.endsWith("record.js")) process.stdout.write(JSON.stringify(recording(JSON.parse(readFileSync(0, "utf8")))));
