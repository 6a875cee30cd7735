/* The snapshots of a run: unpacked, to be drawn and told, with what happens between them. */

import { decode } from "./decode.js";
import { eventsOf, inOrder } from "./events.js";
import { fieldSpread, median, pushesOn, typicalPush, uphillOf } from "./field.js";
import { coveredModes, percent } from "./wording.js";

const LARGEST_LOGIT = 5; // beyond, a probability is within 1 % of certain

export class Snapshots {
  /** data = {target, steps, samples: packed [S, N, 2], field: packed [S, G, G] or S times [G, G]
      or null, manifold?: packed [S, L, M, 2], covered?: [S][K] (null: a mode that cannot be shown),
      objective (needed for a field alone), past?: the rounds in between, as `rowsOf` reads them, with
      what was done in `events`}. Where the target changed, `targets` holds all of them and `targetOf`
      the number of each snapshot's; likewise `objectives`. */
  constructor(data) {
    this.data = data;
    this.steps = data.steps;
    this.samples = this.cut(data.samples);
    this.nets = data.manifold ? this.cut(data.manifold) : null;
    this.fields = null;
    if (data.field) this.unpackField(data.field);
  }

  /** A packed array [S, ...] as S flat ones. */
  cut(packed) {
    const values = decode(packed);
    const each = values.length / this.steps.length;
    return this.steps.map((_, n) => values.subarray(n * each, (n + 1) * each));
  }

  unpackField(field) {
    this.grid = Array.isArray(field) ? field[0].shape[1] : field.shape[1];
    this.fields = Array.isArray(field) ? field.map(decode) : this.cut(field);
    this.objectives = this.steps.map((_, n) =>
      this.data.objectives ? this.data.objectives[this.data.objectiveOf[n]] : this.data.objective,
    );
    this.setScales();
  }

  /** One scale of colours and one of arrows for all snapshots, so that they can be compared. */
  setScales() {
    const offsets = this.fields.flatMap((field, n) => {
      const { middle } = this.objectives[n];
      const white = middle === null ? median(field) : middle;
      return Array.from(field, (value) => value - white);
    });
    this.range = fieldSpread(offsets, 0);
    const probable = this.objectives.every(({ probability }) => probability);
    if (probable) this.range = Math.min(Math.max(this.range, 0.5), LARGEST_LOGIT);
    const { extent } = this.data.target;
    const pushes = this.fields.flatMap((field, n) =>
      pushesOn(this.samples[n], field, this.grid, extent, uphillOf(this.objectives[n].uphill)),
    );
    this.arrowRange = typicalPush(pushes);
  }

  target(index) {
    return this.data.targets ? this.data.targets[this.data.targetOf[index]] : this.data.target;
  }

  /** Which modes are covered in a snapshot; null where that is not known. */
  covered(index) {
    const covered = this.data.covered ? this.data.covered[index] : null;
    return covered && covered.length === this.target(index).modes.length ? covered : null;
  }

  /** How many modes are covered at each; null where that is not known. */
  counts() {
    return this.steps.map((_, n) => this.covered(n)?.filter(Boolean).length ?? null);
  }

  /** What happens in the run, and what was done to it. */
  events() {
    const { past } = this.data;
    const known = this.steps.map((round, n) => ({ round, covered: this.covered(n) }));
    const rows = past ? rowsOf(past) : known.filter(({ covered }) => covered);
    // Flickers of a single row have been smoothed away.
    return inOrder([...(past ? past.events : []), ...eventsOf(rows, { hold: 1 })]);
  }

  /** What a scene draws of a snapshot; `view` says whether with arrows and net. */
  frame(index, view) {
    const shown = {
      samples: this.samples[index],
      covered: this.covered(index),
      net: view.net && this.nets ? { points: this.nets[index], lines: this.data.manifold.shape[1] } : null,
    };
    if (!this.fields) return shown;
    const { middle, uphill } = this.objectives[index];
    return {
      ...shown,
      field: this.fields[index],
      grid: this.grid,
      fieldRange: this.range,
      fieldMiddle: middle,
      arrows: view.arrows,
      uphill: uphillOf(uphill),
      arrowRange: this.arrowRange,
    };
  }

  /** What is to be seen in a snapshot, in a sentence. */
  words(index) {
    const points = this.samples[index];
    const [x0, x1, y0, y1] = this.target(index).extent;
    let outside = 0;
    for (let n = 0; n < points.length; n += 2) {
      const [x, y] = [points[n], points[n + 1]];
      if (!(x > x0 && x < x1 && y > y0 && y < y1)) outside += 1;
    }
    const share = percent((2 * outside) / points.length);
    const strays = outside ? ` ${share} of the samples lie outside the picture.` : "";
    const known = this.covered(index);
    return known ? coveredModes(known) + strays : strays.trim();
  }
}

/** past = {rounds, notes: a text per round, a sign per mode ("2" covered, "1" some notes, "0" none,
    "-" too few, but no samples show that mode), right: how often the detective is right, or null}. */
export function rowsOf({ rounds, notes, right }) {
  return rounds.map((round, n) => ({
    round,
    covered: [...notes[n]].map((sign) => (sign === "-" ? null : sign === "2")),
    shares: [...notes[n]].map((sign) => (sign === "0" ? 0 : 1)),
    right: right[n],
  }));
}
