/* A sweep's trials as the page's parts ask for them: values, words, samples, links and commands. */

import { percent, tableNumber, tenths } from "../../../page/assets/wording.js";
import { Films } from "./films.js";

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

export class Trials extends Films {
  constructor({ table, frames, phase, tones, colours, command }) {
    super(frames);
    this.noun = "trial";
    this.seeds = table.seeds;
    this.columns = table.columns;
    this.byName = new Map(this.columns.map((column) => [column.name, column]));
    this.verdicts = this.byName.get("verdict").trials;
    this.statuses = this.byName.get("status").trials;
    this.count = this.verdicts.length;
    this.table = table;
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

  /** What the trial is called in a sentence. */
  called(index) {
    return `trial ${index}`;
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

  /** From the best to the worst; those without a result are left out. */
  ordered(indices) {
    const { rank } = this;
    return indices.filter((index) => rank[index] !== null).sort((a, b) => rank[a] - rank[b]);
  }
}
