/* A sweep's trials as the page's parts ask for them: values, words, samples, links and commands. */

import { decode } from "../../../page/assets/decode.js";
import { percent, tableNumber, tenths } from "../../../page/assets/wording.js";

const SEEN = { 0: false, 1: true, "-": null };
const UNFINISHED = { missing: "not begun" };

/** An outcome's number: `0.88` as `88 %`, a mean as `2.1`. */
export function numberWords(outcome, value) {
  if (value === null) return "–";
  return outcome.kind === "rate" ? percent(value) : tenths(value);
}

/** The number with its interval: `88 % [53, 98]`. */
export function intervalWords(outcome, { value, low, high }) {
  const words = numberWords(outcome, value);
  if (value === null || low === null) return words;
  const [from, to] = [low, high].map((end) => numberWords(outcome, end).replace(" %", ""));
  return `${words} [${from}, ${to}]`;
}

export class Trials {
  constructor({ table, frames, phase, tones, colours, command }) {
    this.seeds = table.seeds;
    this.columns = table.columns;
    this.byName = new Map(this.columns.map((column) => [column.name, column]));
    this.verdicts = this.byName.get("verdict").trials;
    this.statuses = this.byName.get("status").trials;
    this.count = this.verdicts.length;
    this.table = table;
    this.frames = frames;
    this.rank = phase.rank;
    this.tones = tones;
    this.colours = colours;
    this.command = command;
  }

  /** A column's value for a trial; null where there is none. */
  value(column, index) {
    if (column.trials) return column.trials[index];
    return column.cells[Math.floor(index / this.seeds.length)];
  }

  /** The same as it is written. */
  words(column, index) {
    const value = this.value(column, index);
    if (value === null || value === "") return "–";
    return column.numeric ? tableNumber(value) : value;
  }

  /** What became of a trial in a word: its verdict, or why it has none. */
  fate(index) {
    const status = this.statuses[index];
    return this.verdicts[index] || UNFINISHED[status] || status;
  }

  folder(index) {
    const { name, ids } = this.table.folder;
    const seed = this.seeds[index % this.seeds.length];
    return `${name}-s${seed}-${ids.slice(16 * index, 16 * index + 16)}`;
  }

  hasReport(index) {
    return this.table.reports[index] === "1";
  }

  link(index) {
    return `trials/${encodeURIComponent(this.folder(index))}/report.html`;
  }

  /** The command that makes a trial's own page; null for a trial that has not begun. */
  commandFor(index) {
    if (this.statuses[index] === "missing") return null;
    return `${this.command.program} ${this.command.trials}/${this.folder(index)}`;
  }

  hasFrames(index) {
    return String(index) in this.frames.trials;
  }

  /** What a player wants of a trial; null where the page does not hold it. */
  film(index) {
    const packed = this.frames.trials[index];
    if (!packed) return null;
    const target = this.frames.targets[packed.target];
    const steps = this.frames.steps[packed.steps];
    const [x0, x1, y0, y1] = target.extent;
    return {
      target,
      steps,
      samples: {
        shape: [steps.length, packed.points, 2],
        dtype: "u8",
        low: Math.min(x0, y0),
        high: Math.max(x1, y1),
        b64: packed.b64,
      },
      field: null,
      covered: packed.covered.map((frame) => Array.from(frame, (mode) => SEEN[mode])),
    };
  }

  /** The end of a trial's film: a scene's target and frame. */
  ending(index) {
    const film = this.film(index);
    if (!film) return null;
    const samples = decode(film.samples);
    const each = 2 * film.samples.shape[1];
    return {
      target: film.target,
      frame: {
        samples: samples.subarray(samples.length - each),
        field: null,
        covered: film.covered[film.covered.length - 1],
        arrows: false,
      },
    };
  }

  /** From the best to the worst; those without a result are left out. */
  ordered(indices) {
    const { rank } = this;
    return indices.filter((index) => rank[index] !== null).sort((a, b) => rank[a] - rank[b]);
  }
}
