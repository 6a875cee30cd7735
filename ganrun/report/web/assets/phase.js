/* The phase diagram: a grid of buttons, menus for its axes, and a panel for the cell one is at. */

import { element } from "../../../page/assets/elements.js";
import { Scene } from "../../../page/assets/scene.js";
import { onThemeChange } from "../../../page/assets/theme.js";
import { capital, plural, tenths } from "../../../page/assets/wording.js";
import { CellPanel } from "./cell_panel.js";
import { medianAndWorst, phaseCells } from "./phase_counts.js";
import { ratesOf } from "./rates.js";
import { intervalWords, numberWords } from "./trials.js";

const POOLED = "";
const MOVES = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  Home: [0, -Infinity],
  End: [0, Infinity],
  PageUp: [-Infinity, 0],
  PageDown: [Infinity, 0],
};

/** Words for who listens to the page. */
const unseen = (words) => element("span", "visually-hidden", words);

function menu(label, options, chosen, onChange) {
  const change = () => onChange(select.value);
  const select = element("select", { class: "menu", on: { change } });
  for (const [value, words] of options) select.append(new Option(words, value));
  select.value = chosen;
  return element("label", "menu-label", element("span", "", capital(label)), select);
}

export class Phase {
  constructor(phase, trials) {
    this.phase = phase;
    this.trials = trials;
    this.seeds = trials.seeds.length;
    this.view = { across: phase.across, down: phase.down, fixed: {} };
    this.outcome = phase.outcomes[0];
    this.scenes = []; // of the cells, used again whenever the grid is made anew
    this.grid = document.getElementById("phase-grid");
    this.panel = new CellPanel(document.getElementById("cell"), this);
    this.buildMenus();
    this.build();
    onThemeChange(() => this.colour());
  }

  // Menus ---------------------------------------------------------------------------------------

  buildMenus() {
    const { phase, view } = this;
    const factors = phase.factors.map((one) => [one.field, one.name]);
    const outcomes = phase.outcomes.map((one) => [one.name, one.words]);
    const menus = [
      menu("Colour", outcomes, this.outcome.name, (name) => {
        this.outcome = phase.outcomes.find((one) => one.name === name);
        this.build();
      }),
    ];
    if (factors.length) {
      menus.push(
        menu("Across", factors, view.across, (field) => this.setAxes(field, view.down, "across")),
        menu("Up", [[POOLED, "nothing"], ...factors], view.down || POOLED, (field) =>
          this.setAxes(view.across, field || null, "down"),
        ),
      );
    }
    for (const factor of phase.factors) {
      if (factor.field === view.across || factor.field === view.down) continue;
      const levels = factor.levels.map((label, level) => [String(level), label]);
      const chosen = factor.field in view.fixed ? String(view.fixed[factor.field]) : POOLED;
      menus.push(
        menu(factor.name, [[POOLED, "all, pooled"], ...levels], chosen, (level) => {
          if (level === POOLED) delete view.fixed[factor.field];
          else view.fixed[factor.field] = Number(level);
          this.build();
        }),
      );
    }
    document.getElementById("phase-menus").replaceChildren(...menus);
  }

  /** Two axes never show the same factor: the other one takes what this one showed. */
  setAxes(across, down, changed) {
    const { view } = this;
    if (across === down && changed === "across") down = view.across;
    if (across === down && changed === "down") across = view.down || this.another(down);
    const lost = across === null || across === down;
    Object.assign(view, { across: lost ? this.another(down) : across, down });
    delete view.fixed[view.across];
    delete view.fixed[view.down];
    this.buildMenus();
    this.build();
    const at = changed === "across" ? 1 : 2;
    document.querySelectorAll("#phase-menus select")[at].focus();
  }

  another(field) {
    const other = this.phase.factors.find((one) => one.field !== field);
    return other ? other.field : field;
  }

  // The grid ------------------------------------------------------------------------------------

  build() {
    const before = this.selected ? [this.selected.row, this.selected.column] : null;
    const shape = phaseCells(this.phase, this.view, this.seeds, this.trials.count);
    this.cells = shape.cells;
    this.shape = shape;
    const groups = this.cells.map((cell) => cell.trials);
    const { intervals } = this.phase;
    const rates = ratesOf(this.outcome, groups, this.seeds, intervals);
    this.cells.forEach((cell, n) => this.measure(cell, rates[n]));
    const most = this.mostTelling();
    const atOnce = { ...intervals, ...intervals.picked[this.cells.length] };
    most.picked = ratesOf(this.outcome, groups, this.seeds, atOnce)[this.cells.indexOf(most)];
    this.drawTable(shape);
    this.drawKey();
    this.colour();
    const same = before && this.at(...before);
    this.select(same || most);
  }

  measure(cell, rate) {
    cell.rate = rate;
    cell.ordered = this.trials.ordered(cell.trials);
    Object.assign(cell, medianAndWorst(cell.ordered));
    const recovered = cell.ordered
      .map((index) => this.phase.recovered[index])
      .filter((number) => number !== null);
    const sum = recovered.reduce((total, number) => total + number, 0);
    cell.recovered = recovered.length ? sum / recovered.length : null;
    cell.beyond = cell.trials.some((trial) => this.phase.beyond.trials.includes(trial));
  }

  /** The cell to begin with: where the outcome is most frequent. */
  mostTelling() {
    const value = (cell) => (cell.rate.value === null ? -1 : cell.rate.value);
    return this.cells.reduce((best, cell) => (value(cell) > value(best) ? cell : best));
  }

  at(row, column) {
    return this.cells.find((cell) => cell.row === row && cell.column === column) || null;
  }

  drawTable({ columns, rows, across, down, lone }) {
    const axes = down ? `; columns: ${across.name}, rows: ${down.name}` : lone ? `; by ${lone}` : "";
    const table = element("table", {
      class: "phase-table",
      role: "grid",
      "aria-label": `${this.outcome.words}${axes}`,
      on: {
        keydown: (event) => this.key(event),
        pointerleave: () => this.panel.preview(null),
      },
    });
    table.style.setProperty("--columns", columns);
    const body = element("tbody");
    for (let row = 0; row < rows; row += 1) {
      const line = element("tr");
      if (down) line.append(element("th", { scope: "row" }, down.labels[row]));
      for (let column = 0; column < columns; column += 1) line.append(this.place(row, column));
      body.append(line);
    }
    table.append(body);
    if (across) {
      const line = element("tr", "", element("td"));
      for (const label of across.labels) line.append(element("th", { scope: "col" }, label));
      table.append(element("tfoot", "", line));
    }
    const parts = [table];
    if (down) {
      parts.unshift(element("div", "phase-down", element("span", "", down.name)));
      parts.push(element("div", "phase-across", across.name));
    } else if (lone) parts.unshift(element("div", "phase-across", lone));
    this.grid.classList.toggle("with-axes", Boolean(down));
    this.grid.replaceChildren(...parts);
    this.cells.forEach((cell, n) => this.drawEnding(cell, n));
  }

  place(row, column) {
    const cell = this.at(row, column);
    if (!cell) return element("td");
    cell.canvas = element("canvas", { class: "cell-samples", "aria-hidden": "true" });
    const { before, number, between, recovered, after } = this.label(cell);
    const head = element("span", "cell-head", unseen(before), element("b", "", number));
    head.append(unseen(between), element("span", "cell-recovered", recovered, unseen(after)));
    const meter = element("span", "cell-meter", element("span"));
    meter.firstChild.style.width = `${100 * this.recoveredShare(cell)}%`;
    const name = (cell.level || cell.name).replaceAll("_", "_\u200b"); // a line may end there
    cell.button = element(
      "button",
      {
        type: "button",
        class: "cell",
        tabindex: -1,
        on: {
          click: () => this.press(cell),
          focus: () => this.select(cell),
          pointerenter: () => this.panel.preview(cell),
        },
      },
      !this.shape.across && element("span", "cell-name", name),
      head,
      cell.canvas,
      meter,
    );
    if (!cell.ordered.length) {
      cell.button.classList.add("empty");
      cell.canvas.replaceWith(element("span", "cell-none", this.nothingWords(cell)));
      cell.canvas = null;
    }
    cell.box = element("td", { role: "gridcell" }, cell.button);
    return cell.box;
  }

  nothingWords(cell) {
    return cell.trials.length ? "no result" : "no trial";
  }

  recoveredShare(cell) {
    return cell.recovered === null || !this.phase.modes ? 0 : cell.recovered / this.phase.modes;
  }

  /** `2.3 of 5`: modes recovered, marked where a count is no success; nothing where the targets
      differ. */
  recoveredWords(cell) {
    if (cell.recovered === null || !this.phase.modes) return "";
    const mark = cell.beyond ? this.phase.beyond.mark : "";
    return `${tenths(cell.recovered)} of ${this.phase.modes}${mark}`;
  }

  /** What a cell says: what is seen of it, and the words around that for who only hears it. */
  label(cell) {
    const number = numberWords(this.outcome, cell.rate.value);
    const interval = intervalWords(this.outcome, cell.rate).slice(number.length);
    const recovered = this.recoveredWords(cell);
    const trials = plural(cell.rate.trials, "trial");
    return {
      before: `${cell.name}: `,
      number,
      between: `${interval} ${this.outcome.words}, ${trials}${recovered ? ", " : ""}`,
      recovered,
      after: recovered ? ` modes recovered${cell.beyond ? `, ${this.phase.beyond.words}` : ""}` : "",
    };
  }

  /** The samples of the cell's median trial. */
  drawEnding(cell, number) {
    if (!cell.canvas) return;
    const ending = this.trials.ending(this.panel.nearest(cell, "median"));
    if (!ending) return;
    if (this.scenes[number]) {
      cell.canvas.replaceWith(this.scenes[number].canvas);
      cell.canvas = this.scenes[number].canvas;
      this.scenes[number].setTarget(ending.target);
      this.scenes[number].draw(ending.frame);
    } else {
      this.scenes[number] = new Scene(cell.canvas, ending.target);
      this.scenes[number].draw(ending.frame);
    }
  }

  drawKey() {
    const { beyond } = this.phase;
    const rate = this.outcome.kind === "rate";
    const most = rate ? "100 %" : String(this.most());
    const key = element("span", "field-bar key-bar");
    const words = rate ? `${most} ${this.outcome.words}` : `${most} modes missing`;
    document
      .getElementById("phase-key")
      .replaceChildren(
        element("span", "key", rate ? "0 %" : "0", key, words),
        element("span", "key", element("span", "key-meter"), "modes recovered"),
        ...(this.cells.some((cell) => cell.beyond) ? [`${beyond.mark}: ${beyond.words}`] : []),
        element("span", "", "dots: samples of the median trial; rings: true modes, dashed if missing"),
      );
  }

  most() {
    return this.phase.modes || Math.max(1, ...this.cells.map((cell) => cell.rate.value || 0));
  }

  colour() {
    const most = this.outcome.kind === "rate" ? 1 : this.most();
    for (const cell of this.cells) {
      const share = cell.rate.value === null ? 0 : Math.min(1, cell.rate.value / most);
      cell.button.style.setProperty("--share", `${Math.round(1000 * share) / 10}%`);
    }
  }

  // Where one is --------------------------------------------------------------------------------

  select(cell) {
    this.panel.preview(null);
    if (this.selected === cell) return;
    if (this.selected) {
      this.selected.button.tabIndex = -1;
      this.selected.box.removeAttribute("aria-selected");
    }
    this.selected = cell;
    cell.button.tabIndex = 0;
    cell.box.setAttribute("aria-selected", "true");
    this.panel.show(cell);
  }

  press(cell) {
    cell.button.focus({ preventScroll: true }); // which some browsers do not by themselves
    this.select(cell);
    this.panel.play();
    if (matchMedia("(max-width: 60rem)").matches) {
      this.panel.element.scrollIntoView({ block: "nearest" });
    }
  }

  key(event) {
    const move = MOVES[event.key];
    if (!move || event.altKey || event.metaKey || !this.selected) return;
    event.preventDefault();
    const within = (at, by, most) => Math.max(0, Math.min(most - 1, at + by));
    const { row, column } = this.selected;
    const { rows, columns } = this.shape;
    const next = this.at(within(row, move[0], rows), within(column, move[1], columns));
    if (!next) return;
    this.panel.preview(null);
    next.button.focus();
  }
}
