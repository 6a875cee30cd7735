/* A table of many rows: sorted, filtered, and only as much of it in the page as can be seen. */

import { commandLine } from "../../../page/assets/copying.js";
import { element } from "../../../page/assets/elements.js";
import { capital, plural, thousands } from "../../../page/assets/wording.js";
import { orderOf, parseFilter } from "./filters.js";

const ROW = 34; // pixels, as in many.css
const AROUND = 10; // rows kept above and below what can be seen
const NO_RESULT = "no result";
const MOST_LETTERS = 44; // of a column; what is longer is cut, and told by its title

/** `rows` are what it shows: {count, columns, noun, tones, verdicts}, and of a row its value and
    words in a column, its fate, folder, link and command. `verdicts` are those that have a chip. */
export class RowTable {
  constructor(rows, verdicts) {
    this.rows = rows;
    this.scroller = document.getElementById("table");
    this.filter = document.getElementById("filter");
    this.counter = document.getElementById("table-count");
    this.command = document.getElementById("trial-command");
    this.sorted = { column: null, rising: true };
    this.verdicts = new Set();
    this.kept = null; // rows that the parallel coordinates keep; null: all
    this.lower = new Array(rows.count);
    this.order = Array.from({ length: rows.count }, (_, index) => index);
    this.build();
    this.buildChips(verdicts);
    this.filter.addEventListener("input", () => this.refresh());
    this.scroller.addEventListener("scroll", () => this.draw());
    new ResizeObserver(() => this.draw()).observe(this.scroller);
    this.refresh();
  }

  build() {
    const { columns } = this.rows;
    this.heads = columns.map((column) => {
      const label = inTwo(column.label).join("\n");
      const sort = element(
        "button",
        { type: "button", class: "bare sort", title: column.title, on: { click: () => this.sortBy(column) } },
        label,
        element("span", "sort-mark"),
      );
      const number = column.numeric ? "number" : null;
      return element("th", { class: number, scope: "col", "aria-sort": "none" }, sort);
    });
    this.above = element("tbody", "gap");
    this.body = element("tbody", "rows");
    this.below = element("tbody", "gap");
    const line = element("tr", "", element("th", { scope: "col" }, "report"), ...this.heads);
    this.table = element(
      "table",
      { class: "numbers trials", "aria-label": `All ${this.rows.noun}s` },
      this.widths(),
      element("thead", "", line),
      this.above,
      this.body,
      this.below,
    );
    this.scroller.append(this.table);
  }

  /** How wide every column is, whatever rows are in the page. */
  widths() {
    const { rows } = this;
    const group = element("colgroup", "", element("col"));
    group.firstChild.style.width = "6.6rem";
    for (const column of rows.columns) {
      const entries = column.numeric ? [] : new Set(column.trials || column.cells);
      const parts = inTwo(column.label).map((part) => part.length + 3);
      const longest = Math.min(MOST_LETTERS, Math.max(8, ...parts, ...[...entries].map((one) => one.length + 2)));
      const col = element("col");
      col.style.width = `calc(${longest}ch + 1.4rem)`;
      group.append(col);
    }
    return group;
  }

  buildChips(verdicts) {
    const { rows } = this;
    const words = [...verdicts];
    if (rows.verdicts.some((verdict) => !verdict)) words.push(NO_RESULT);
    const counts = new Map();
    for (const verdict of rows.verdicts) {
      counts.set(verdict || NO_RESULT, (counts.get(verdict || NO_RESULT) || 0) + 1);
    }
    const chips = words.map((word) => {
      const count = ` ${thousands(counts.get(word) || 0)}`;
      const press = () => {
        if (!this.verdicts.delete(word)) this.verdicts.add(word);
        chip.setAttribute("aria-pressed", String(this.verdicts.has(word)));
        this.refresh();
      };
      const chip = element(
        "button",
        { type: "button", class: this.tone(word), "aria-pressed": "false", on: { click: press } },
        word,
        count,
      );
      return chip;
    });
    document.getElementById("verdict-chips").replaceChildren(...chips);
  }

  /** The class of a verdict's chip; other words have no colour. */
  tone(word) {
    return `chip ${this.rows.tones[word] || ""}`;
  }

  /** A row's words in small letters, to be searched. */
  words(index) {
    if (this.lower[index] === undefined) {
      const { rows } = this;
      const parts = rows.columns
        .filter((column) => !column.numeric)
        .map((column) => rows.value(column, index));
      const words = [...parts, rows.fate(index), rows.folder(index)].join(" ");
      this.lower[index] = words.toLowerCase();
    }
    return this.lower[index];
  }

  sortBy(column) {
    const again = this.sorted.column === column;
    this.sorted = { column, rising: again ? !this.sorted.rising : true };
    this.rows.columns.forEach((one, n) => {
      const way = this.sorted.rising ? "ascending" : "descending";
      this.heads[n].setAttribute("aria-sort", one === column ? way : "none");
    });
    this.arrange();
    this.refresh();
  }

  /** All rows in the order asked for; what has no value comes last, ties as they were. */
  arrange() {
    const { column, rising } = this.sorted;
    const values = this.order.map((_, index) => this.rows.value(column, index));
    this.order = orderOf(values, column.numeric, rising);
  }

  /** Only these rows, or all where `kept` is null. */
  keep(kept) {
    this.kept = kept;
    this.refresh();
  }

  refresh() {
    const { rows, verdicts, kept } = this;
    const words = (index) => this.words(index);
    const { tests, problem, fitsNothing } = parseFilter(this.filter.value, rows, words);
    this.shown = this.order.filter(
      (index) =>
        (!verdicts.size || verdicts.has(rows.verdicts[index] || NO_RESULT)) &&
        (!kept || kept.has(index)) &&
        tests.every((test) => test(index)),
    );
    this.filter.setAttribute("aria-invalid", String(Boolean(problem)));
    this.tell(problem || (this.shown.length ? "" : fitsNothing()));
    this.scroller.scrollTop = 0;
    this.draw();
  }

  tell(problem) {
    const all = plural(this.rows.count, this.rows.noun);
    const some = this.shown.length < this.rows.count;
    const told = problem && `${capital(problem)}.`.replace("?.", "?");
    const parts = [told, some ? `${thousands(this.shown.length)} of ${all}` : all];
    this.counter.textContent = parts.filter(Boolean).join(" ");
    if (!this.kept) return;
    const click = () => this.onClear && this.onClear();
    const clear = { type: "button", class: "button small", on: { click } };
    this.counter.append(" ", element("button", clear, "Show all lines again"));
  }

  draw() {
    const { scroller, shown } = this;
    const first = Math.max(0, Math.floor(scroller.scrollTop / ROW) - AROUND);
    const count = Math.ceil(scroller.clientHeight / ROW) + 2 * AROUND;
    const last = Math.min(shown.length, first + count);
    this.table.setAttribute("aria-rowcount", String(shown.length + 1));
    gap(this.above, first);
    gap(this.below, shown.length - last);
    const focused = this.body.contains(document.activeElement)
      ? document.activeElement.dataset.row
      : null;
    this.body.replaceChildren(
      ...shown.slice(first, last).map((index, n) => this.row(index, first + n)),
    );
    if (focused !== null) {
      const again = this.body.querySelector(`[data-row="${focused}"]`);
      if (again) again.focus({ preventScroll: true });
    }
  }

  row(index, place) {
    const { rows } = this;
    const opener = element("td", "", this.opener(index));
    const line = element("tr", { "aria-rowindex": place + 2 }, opener);
    for (const column of rows.columns) {
      const words = rows.words(column, index);
      const cell = element("td", column.numeric ? "number" : "");
      if (column.name === "verdict" && rows.value(column, index)) {
        cell.append(element("span", this.tone(words), words));
      } else if (column.marks) cell.append(words, marksOf(column.marks[index]));
      else cell.append(words);
      if (words.length > MOST_LETTERS) cell.title = words;
      line.append(cell);
    }
    return line;
  }

  /** A link to the row's page, or a button that shows the command for it. */
  opener(index) {
    const { rows } = this;
    const name = rows.called(index);
    const data = { row: index };
    if (rows.hasReport(index)) {
      const link = { href: rows.link(index), data, "aria-label": `Report of ${name}` };
      return element("a", link, "report");
    }
    if (rows.commandFor(index) === null) return element("span", "quiet", "–");
    return element(
      "button",
      {
        type: "button",
        class: "bare link",
        data,
        "aria-label": `Command for the report of ${name}`,
        on: { click: () => this.showCommand(index) },
      },
      "command",
    );
  }

  showCommand(index) {
    const words = `${capital(this.rows.called(index))}, ${this.rows.fate(index)}: this writes its report and figures.`;
    this.command.replaceChildren(
      element("p", "small", words),
      commandLine(this.rows.commandFor(index)),
    );
  }
}

/** A name of many words on two lines, neither longer than it must be. */
function inTwo(name) {
  const words = name.match(/[^_ ]+[_ ]?/g) || [name];
  const splits = words.map((_, n) => [words.slice(0, n).join(""), words.slice(n).join("")]);
  const longest = (lines) => Math.max(...lines.map((line) => line.length));
  const best = splits.reduce((one, other) => (longest(other) < longest(one) ? other : one));
  return best.filter(Boolean);
}

/** A mark for each mode of a row, `1` for one that was recovered and `0` for one that was not. */
function marksOf(modes) {
  const marks = Array.from(modes || "", (mode) => element("i", mode === "1" ? "found" : "lost"));
  return element("span", { class: "mode-marks", "aria-hidden": "true" }, ...marks);
}

/** Room for rows that are not in the page. */
function gap(body, rows) {
  const cell = element("td", { colspan: 99 });
  cell.style.height = `${rows * ROW}px`;
  const line = element("tr", { "aria-hidden": "true" }, cell);
  body.replaceChildren(...(rows ? [line] : []));
}
