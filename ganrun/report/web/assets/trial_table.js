/* The table of all trials: sorted, filtered, and only as much of it in the page as can be seen. */
(function (ganrun) {
  "use strict";

  const { made } = ganrun;
  const ROW = 34; // pixels, as in sweep.css
  const AROUND = 10; // rows kept above and below what can be seen
  const COMPARISON = /^([\w.]+)(<=|>=|!=|=|<|>)(.+)$/;
  const NO_RESULT = "no result";
  const COMPARE = {
    "<": (a, b) => a < b,
    "<=": (a, b) => a <= b,
    ">": (a, b) => a > b,
    ">=": (a, b) => a >= b,
    "=": (a, b) => a === b,
    "!=": (a, b) => a !== b,
  };

  /** What a filter's text asks for: {tests: [index => boolean], problem: words or ""}. */
  ganrun.parseFilter = function (text, trials, words) {
    const tests = [];
    let problem = "";
    for (const term of text.trim().split(/\s+/).filter(Boolean)) {
      const match = COMPARISON.exec(term);
      if (!match) {
        const part = term.toLowerCase();
        tests.push((index) => words(index).includes(part));
        continue;
      }
      const [, name, sign, wanted] = match;
      const column = columnCalled(trials.columns, name.toLowerCase());
      const number = Number(wanted);
      if (!column) problem = `No column is called “${name}”.`;
      else if (column.numeric && Number.isNaN(number)) problem = `“${wanted}” is not a number.`;
      else if (!column.numeric && sign !== "=" && sign !== "!=") {
        problem = `“${column.label}” holds words: use = or !=.`;
      } else if (column.numeric) {
        tests.push((index) => {
          const value = trials.value(column, index);
          return value !== null && COMPARE[sign](value, number);
        });
      } else {
        const low = wanted.toLowerCase();
        tests.push((index) =>
          COMPARE[sign](String(trials.value(column, index)).toLowerCase(), low),
        );
      }
    }
    return { tests, problem };
  };

  /** A column by its whole name, its label, or the only beginning that fits. */
  function columnCalled(columns, name) {
    const exact = columns.find((one) => one.name.toLowerCase() === name || one.label === name);
    if (exact) return exact;
    const begun = columns.filter((one) => one.label.startsWith(name));
    return begun.length === 1 ? begun[0] : null;
  }

  class TrialTable {
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
      const table = made("table", "numbers trials");
      table.setAttribute("aria-label", "All trials");
      this.table = table;
      const line = made("tr", "", made("th", "", "report"));
      line.firstChild.scope = "col";
      this.heads = columns.map((column) => {
        const label = inTwo(column.label).join("\n");
        const sort = made("button", "sort", label, made("span", "sort-mark"));
        sort.type = "button";
        sort.title = column.title;
        sort.addEventListener("click", () => this.sortBy(column));
        const head = made("th", column.numeric ? "number" : "", sort);
        head.scope = "col";
        head.setAttribute("aria-sort", "none");
        line.append(head);
        return head;
      });
      this.above = made("tbody", "gap");
      this.body = made("tbody", "rows");
      this.below = made("tbody", "gap");
      table.append(this.widths(), made("thead", "", line), this.above, this.body, this.below);
      this.scroller.append(table);
    }

    /** How wide every column is, whatever rows are in the page. */
    widths() {
      const { trials } = this;
      const group = made("colgroup", "", made("col"));
      group.firstChild.style.width = "6.6rem";
      for (const column of trials.columns) {
        const entries = column.numeric ? [] : new Set(column.trials || column.cells);
        const parts = inTwo(column.label).map((part) => part.length + 3);
        const longest = Math.max(8, ...parts, ...[...entries].map((one) => one.length + 2));
        const col = made("col");
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
        const count = ` ${ganrun.thousands(counts.get(word) || 0)}`;
        const chip = made("button", `chip ${trials.tones[word] || ""}`, word, count);
        chip.type = "button";
        chip.setAttribute("aria-pressed", "false");
        chip.addEventListener("click", () => {
          if (!this.verdicts.delete(word)) this.verdicts.add(word);
          chip.setAttribute("aria-pressed", String(this.verdicts.has(word)));
          this.refresh();
        });
        return chip;
      });
      document.getElementById("verdict-chips").replaceChildren(...chips);
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
      const { trials } = this;
      const values = this.order.map((_, index) => trials.value(column, index));
      const none = (value) => value === null || value === "";
      const compare = column.numeric ? (a, b) => a - b : (a, b) => (a < b ? -1 : a > b ? 1 : 0);
      const sign = rising ? 1 : -1;
      this.order = Array.from({ length: trials.count }, (_, index) => index).sort((i, j) => {
        const [a, b] = [values[i], values[j]];
        if (none(a) || none(b)) return none(a) - none(b) || i - j;
        return sign * compare(a, b) || i - j;
      });
    }

    /** Only these trials, or all where `kept` is null. */
    keep(kept) {
      this.kept = kept;
      this.refresh();
    }

    refresh() {
      const { trials, verdicts, kept } = this;
      const words = (index) => this.words(index);
      const { tests, problem } = ganrun.parseFilter(this.filter.value, trials, words);
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
      const all = ganrun.plural(this.trials.count, "trial");
      const some = this.shown.length < this.trials.count;
      const parts = [problem, some ? `${ganrun.thousands(this.shown.length)} of ${all}` : all];
      this.counter.textContent = parts.filter(Boolean).join(" ");
      if (!this.kept) return;
      const clear = made("button", "button small", "Show all lines again");
      clear.type = "button";
      clear.addEventListener("click", () => this.onClear && this.onClear());
      this.counter.append(" ", clear);
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
      const line = made("tr", "", made("td", "", this.opener(index)));
      line.setAttribute("aria-rowindex", String(place + 2));
      for (const column of trials.columns) {
        const words = trials.words(column, index);
        const cell = made("td", column.numeric ? "number" : "");
        if (column.name === "verdict" && trials.verdicts[index]) {
          cell.append(made("span", `chip ${trials.tones[words] || ""}`, words));
        } else cell.append(words);
        line.append(cell);
      }
      return line;
    }

    /** A link to the trial's page, or a button that shows the command for it. */
    opener(index) {
      const { trials } = this;
      const name = `trial ${index}`;
      let element;
      if (trials.hasReport(index)) {
        element = made("a", "", "open");
        element.href = trials.link(index);
        element.setAttribute("aria-label", `Report of ${name}`);
      } else if (trials.commandFor(index) === null) return made("span", "quiet", "–");
      else {
        element = made("button", "linklike", "command");
        element.type = "button";
        element.setAttribute("aria-label", `Command for the report of ${name}`);
        element.addEventListener("click", () => this.showCommand(index));
      }
      element.dataset.trial = index;
      return element;
    }

    showCommand(index) {
      const words = `Trial ${index}, ${this.trials.fate(index)}: this writes its report and figures.`;
      this.command.replaceChildren(
        made("p", "small", words),
        ganrun.commandLine(this.trials.commandFor(index)),
      );
    }
  }

  /** A name of many words on two lines, neither longer than it must be. */
  function inTwo(name) {
    const words = name.match(/[^_ ]+[_ ]?/g) || [name];
    const splits = words.map((_, n) => [words.slice(0, n).join(""), words.slice(n).join("")]);
    const longest = (lines) => Math.max(...lines.map((line) => line.length));
    const best = splits.reduce((best, lines) => (longest(lines) < longest(best) ? lines : best));
    return best.filter(Boolean);
  }

  /** Room for rows that are not in the page. */
  function gap(body, rows) {
    const cell = made("td");
    cell.style.height = `${rows * ROW}px`;
    cell.colSpan = 99;
    const line = made("tr", "", cell);
    line.setAttribute("aria-hidden", "true");
    body.replaceChildren(...(rows ? [line] : []));
  }

  ganrun.TrialTable = TrialTable;
})((window.ganrun = window.ganrun || {}));
