/* The runs and sweeps of a folder as a table of rows asks for them. */

import { age, tableNumber } from "../../../page/assets/wording.js";
import { Films } from "./films.js";

const A_DAY = 86400; // seconds
const PLAIN = /^[\w@%+=:,./-]+$/; // what a shell takes as it is

export class ListedRuns extends Films {
  constructor({ table, frames, tones, command }) {
    super(frames);
    this.noun = "line";
    this.columns = table.columns;
    this.verdicts = table.fates;
    this.count = table.folders.length;
    this.table = table;
    this.tones = tones;
    this.command = command;
    const now = Date.now() / 1000;
    for (const column of this.columns.filter((one) => one.since)) {
      column.cells = column.cells.map((when) => when && Math.max(0, now - when) / A_DAY);
    }
  }

  /** A column's value in a row; null where there is none. */
  value(column, index) {
    return column.cells[index];
  }

  /** The same as it is written. */
  words(column, index) {
    const value = this.value(column, index);
    if (value === null || value === "") return "–";
    if (column.since) return age(value);
    return typeof value === "number" ? tableNumber(value) : value;
  }

  /** What a row is called in a sentence. */
  called(index) {
    return this.folder(index);
  }

  /** What became of it in a word. */
  fate(index) {
    return this.verdicts[index];
  }

  folder(index) {
    return this.table.folders[index];
  }

  hasReport(index) {
    return this.table.reports[index] === "1";
  }

  link(index) {
    return `${this.folder(index).split("/").map(encodeURIComponent).join("/")}/report.html`;
  }

  /** The command that makes its own page. */
  commandFor(index) {
    const folder = this.folder(index);
    const quoted = PLAIN.test(folder) ? folder : `'${folder.replaceAll("'", `'"'"'`)}'`;
    return `${this.command}/${quoted}`;
  }
}
