/* The table of all trials: sorted, filtered, and only as much of it in the page as can be seen. */

import { commandLine } from "../../../page/assets/copying.js";
import { element } from "../../../page/assets/elements.js";
import { plural, thousands } from "../../../page/assets/wording.js";
import { orderOf, parseFilter } from "./trial_filter.js";

const ROW = 34; // pixels, as in sweep.css
const AROUND = 10; // rows kept above and below what can be seen
const NO_RESULT = "no result";

export class TrialTable {
  constructor(trials, verdicts) {
    this.trials = trials;
    this.scroller = document.getElementById("table");
    this.filter = document.getElementById("filter");
    this.counter = document.getElementById("table-count");
    this.command = document.getElementById("trial-command");
    this.sorted = { column: null, rising: true };
    this.verdicts = new Set();
    this.kept = null; // trials that the parallel coordinates keep; null: all
    this.lower = new Array(trials.count);
    this.order = Array.from({ length: trials.count }, (_, index) => index);
    this.build();
    this.buildChips(verdicts);
    this.filter.addEventListener("input", () => this.refresh());
    this.scroller.addEventListener("scroll", () => this.draw());
    new ResizeObserver(() => this.draw()).observe(this.scroller);
    this.refresh();
  }

  build() {
    const { columns } = this.trials;
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
      { class: "numbers trials", "aria-label": "All trials" },
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
    const { trials } = this;
    const group = element("colgroup", "", element("col"));
    group.firstChild.style.width = "6.6rem";
    for (const column of trials.columns) {
      const entries = column.numeric ? [] : new Set(column.trials || column.cells);
      const parts = inTwo(column.label).map((part) => part.length + 3);
      const longest = Math.max(8, ...parts, ...[...entries].map((one) => one.length + 2));
      const col = element("col");
      col.style.width = `calc(${longest}ch + 1.4rem)`;
      group.append(col);
    }
    return group;
  }

  buildChips(verdicts) {
    const { trials } = this;
    const words = [...verdicts];
    if (trials.verdicts.some((verdict) => !verdict)) words.push(NO_RESULT);
    const counts = new Map();
    for (const verdict of trials.verdicts) {
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
    return `chip ${this.trials.tones[word] || ""}`;
  }

  /** A trial's words in small letters, to be searched. */
  words(index) {
    if (this.lower[index] === undefined) {
      const { trials } = this;
      const parts = trials.columns
        .filter((column) => !column.numeric)
        .map((column) => trials.value(column, index));
      const words = [...parts, trials.fate(index), trials.folder(index)].join(" ");
      this.lower[index] = words.toLowerCase();
    }
    return this.lower[index];
  }

  sortBy(column) {
    const again = this.sorted.column === column;
    this.sorted = { column, rising: again ? !this.sorted.rising : true };
    this.trials.columns.forEach((one, n) => {
      const way = this.sorted.rising ? "ascending" : "descending";
      this.heads[n].setAttribute("aria-sort", one === column ? way : "none");
    });
    this.arrange();
    this.refresh();
  }

  /** All trials in the order asked for; what has no value comes last, ties as in the design. */
  arrange() {
    const { column, rising } = this.sorted;
    const values = this.order.map((_, index) => this.trials.value(column, index));
    this.order = orderOf(values, column.numeric, rising);
  }

  /** Only these trials, or all where `kept` is null. */
  keep(kept) {
    this.kept = kept;
    this.refresh();
  }

  refresh() {
    const { trials, verdicts, kept } = this;
    const words = (index) => this.words(index);
    const { tests, problem } = parseFilter(this.filter.value, trials, words);
    this.shown = this.order.filter(
      (index) =>
        (!verdicts.size || verdicts.has(trials.verdicts[index] || NO_RESULT)) &&
        (!kept || kept.has(index)) &&
        tests.every((test) => test(index)),
    );
    this.filter.setAttribute("aria-invalid", String(Boolean(problem)));
    this.tell(problem);
    this.scroller.scrollTop = 0;
    this.draw();
  }

  tell(problem) {
    const all = plural(this.trials.count, "trial");
    const some = this.shown.length < this.trials.count;
    const parts = [problem, some ? `${thousands(this.shown.length)} of ${all}` : all];
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
      ? document.activeElement.dataset.trial
      : null;
    this.body.replaceChildren(
      ...shown.slice(first, last).map((index, n) => this.row(index, first + n)),
    );
    if (focused !== null) {
      const again = this.body.querySelector(`[data-trial="${focused}"]`);
      if (again) again.focus({ preventScroll: true });
    }
  }

  row(index, place) {
    const { trials } = this;
    const opener = element("td", "", this.opener(index));
    const line = element("tr", { "aria-rowindex": place + 2 }, opener);
    for (const column of trials.columns) {
      const words = trials.words(column, index);
      const cell = element("td", column.numeric ? "number" : "");
      if (column.name === "verdict" && trials.verdicts[index]) {
        cell.append(element("span", this.tone(words), words));
      } else cell.append(words);
      line.append(cell);
    }
    return line;
  }

  /** A link to the trial's page, or a button that shows the command for it. */
  opener(index) {
    const { trials } = this;
    const name = `trial ${index}`;
    const data = { trial: index };
    if (trials.hasReport(index)) {
      const link = { href: trials.link(index), data, "aria-label": `Report of ${name}` };
      return element("a", link, "open");
    }
    if (trials.commandFor(index) === null) return element("span", "quiet", "–");
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
    const words = `Trial ${index}, ${this.trials.fate(index)}: this writes its report and figures.`;
    this.command.replaceChildren(
      element("p", "small", words),
      commandLine(this.trials.commandFor(index)),
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

/** Room for rows that are not in the page. */
function gap(body, rows) {
  const cell = element("td", { colspan: 99 });
  cell.style.height = `${rows * ROW}px`;
  const line = element("tr", { "aria-hidden": "true" }, cell);
  body.replaceChildren(...(rows ? [line] : []));
}
