/* Every trial as a line over its settings and its results: parallel coordinates, by plotly. */

import { element } from "../../../page/assets/elements.js";
import { tableNumber } from "../../../page/assets/wording.js";
import { CHART_CONFIG, chartLayout, excuse, pageColour } from "./chart_pieces.js";

const FEW = 9; // levels that are all named on an axis
const RESULTS = ["verdict", "modes_recovered", "high_quality"];

/** Why there can be no parallel coordinates; nothing where there can. */
function withoutWebGL() {
  const canvas = element("canvas");
  return canvas.getContext("webgl") ? "" : "this browser has no WebGL";
}

export class ParallelCoordinates {
  constructor(chart, trials, table) {
    this.element = chart;
    this.trials = trials;
    this.table = table;
    const finished = (index) => trials.verdicts[index] !== "";
    this.indices = Array.from({ length: trials.count }, (_, n) => n).filter(finished);
    this.words = Object.keys(trials.colours).filter((word) => trials.verdicts.includes(word));
    const wanted = (one) => one.cells || RESULTS.includes(one.name);
    this.columns = trials.columns.filter(wanted).filter((one) => this.varies(one) || one.trials);
    table.onClear = () => this.clear();
  }

  varies(column) {
    return new Set(column.cells || []).size > 1;
  }

  dimension(column) {
    const values = this.indices.map((index) => this.trials.value(column, index));
    const label = column.label;
    if (!column.numeric) {
      const names = column.name === "verdict" ? this.words : [...new Set(values)];
      const range = names.length === 1 ? [-1, 1] : [0, names.length - 1];
      const places = spread(values.map((value) => names.indexOf(value)));
      return { label, range, values: places, tickvals: names.map((_, n) => n), ticktext: names };
    }
    const known = values.filter((value) => value !== null);
    if (!known.length) return null;
    const distinct = [...new Set(known)].sort((a, b) => a - b);
    const [low, high] = [distinct[0], distinct[distinct.length - 1]];
    if (column.log && low > 0 && high > low) {
      const ticks = distinct.length <= FEW ? distinct : decades(low, high);
      const range = [Math.log10(low), Math.log10(high)];
      const logs = values.map(Math.log10);
      return {
        label,
        range,
        values: distinct.length <= FEW ? spread(logs) : logs,
        tickvals: ticks.map(Math.log10),
        ticktext: ticks.map(tableNumber),
      };
    }
    // A diverged trial may lack a metric: it is drawn at the foot of that axis.
    const filled = values.map((value) => (value === null ? low : value));
    const range = low < high ? [low, high] : [low - 1, high + 1];
    const dimension = { label, values: filled, range };
    if (distinct.length <= FEW) {
      dimension.values = spread(filled);
      dimension.tickvals = distinct;
      dimension.ticktext = distinct.map(tableNumber);
    }
    return dimension;
  }

  draw(Plotly) {
    this.Plotly = Plotly;
    if (!this.indices.length) return excuse(this.element, "no trial has a result yet");
    if (withoutWebGL()) return excuse(this.element, withoutWebGL());
    const hues = this.words.map((word) => pageColour(this.trials.colours[word]));
    const step = 1 / hues.length;
    const scale = hues.flatMap((hue, n) => [[n * step, hue], [(n + 1) * step, hue]]);
    const dimensions = this.columns.map((column) => this.dimension(column)).filter(Boolean);
    const kept = (this.element.data && this.element.data[0].dimensions) || [];
    for (const dimension of dimensions) {
      const before = kept.find((one) => one.label === dimension.label);
      if (before && before.constraintrange) dimension.constraintrange = before.constraintrange;
    }
    this.dimensions = dimensions;
    this.element.style.minWidth = `${100 * dimensions.length}px`;
    const slanted = this.element.clientWidth < 165 * dimensions.length;
    const trace = {
      type: "parcoords",
      dimensions,
      line: {
        color: this.indices.map((index) => this.words.indexOf(this.trials.verdicts[index])),
        colorscale: scale,
        cmin: -0.5,
        cmax: hues.length - 0.5,
        showscale: false,
      },
      unselected: { line: { color: pageColour("--faint"), opacity: 0.25 } },
      labelfont: { size: 12, color: pageColour("--ink") },
      tickfont: { size: 11.5, color: pageColour("--ink") },
      rangefont: { size: 1, color: "rgba(0,0,0,0)" },
      labelside: "top",
      labelangle: slanted ? -15 : 0,
    };
    const shape = chartLayout({
      height: 400 + (slanted ? 50 : 0),
      margin: { l: 80, r: 70, t: slanted ? 100 : 50, b: 24 },
      paper_bgcolor: pageColour("--paper"), // behind the numbers on the axes
    });
    delete shape.dragmode;
    return Plotly.react(this.element, [trace], shape, CHART_CONFIG).then(() => {
      if (this.listening) return;
      this.listening = true;
      this.element.on("plotly_restyle", () => this.filterTable());
    });
  }

  /** The trials whose lines are kept on every axis. */
  filterTable() {
    const { dimensions } = this.element.data[0];
    const limits = dimensions.filter((one) => one.constraintrange && one.constraintrange.length);
    if (!limits.length) return this.table.keep(null);
    const kept = this.indices.filter((_, n) =>
      limits.every(({ values, constraintrange }) =>
        (Array.isArray(constraintrange[0]) ? constraintrange : [constraintrange]).some(
          ([low, high]) => values[n] >= low && values[n] <= high,
        ),
      ),
    );
    return this.table.keep(new Set(kept));
  }

  clear() {
    const none = Object.fromEntries(
      this.dimensions.map((_, n) => [`dimensions[${n}].constraintrange`, null]),
    );
    this.Plotly.restyle(this.element, none).then(() => this.table.keep(null));
  }
}

/** Values of a few levels, moved a little apart, so that one sees how many are equal; never
    beyond the outermost levels, where plotly's selections end. */
function spread(values) {
  const levels = [...new Set(values)].sort((a, b) => a - b);
  if (levels.length < 2) return values;
  const [low, high] = [levels[0], levels[levels.length - 1]];
  const gaps = levels.slice(1).map((level, n) => level - levels[n]);
  const most = Math.min(0.022 * (high - low), 0.2 * Math.min(...gaps));
  return values.map((value, n) => {
    const share = 2 * ((n * 0.6180339887) % 1) - 1; // spread evenly, whatever the order
    const inwards = value === low ? 1 : value === high ? -1 : 0;
    return value + most * (share + inwards);
  });
}

function decades(low, high) {
  const ticks = [];
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high * 1.0001; power += 1) {
    for (const digit of [1, 3]) {
      const tick = Number((digit * 10 ** power).toPrecision(1));
      if (tick >= low * 0.9999 && tick <= high * 1.0001) ticks.push(tick);
    }
  }
  return ticks;
}
