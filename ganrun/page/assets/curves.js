/* Small line charts that grow while a game is played, with a cursor that others can move. */

import { fitted, onDragAlong, straight } from "./canvas.js";
import { element } from "./elements.js";
import { decades, evenTicks, labelPlaces, logLimits, nearestIndex, robustLimits } from "./scales.js";
import { coloursOf, onThemeChange } from "./theme.js";
import { chartNumber, thousands } from "./wording.js";

const MOST_POINTS = 4000; // a longer live curve gives up every other of its points
const EDGES = { left: 44, right: 10, top: 8, bottom: 20 }; // CSS pixels around the plot

const DASHES = [5, 5]; // of a line to measure by

/* What a series' colour is in words, which have to be darker than a line. */
const inWords = (color) => (["--blue", "--orange"].includes(color) ? `${color}-text` : color);

export class Curves {
  /** options = {label, series: [{name, color, dash?, label?}], reference?: {name: [low, mean,
      high]}, log?, yRange?}, and lines?: [{value, label, color?}] to measure by, in the colour of
      the series that they are for, stepped? for counts, note? for a few words below the label,
      marks?: rounds at which something was changed. */
  constructor(parent, options) {
    this.options = options;
    this.steps = [];
    this.data = Object.fromEntries(options.series.map(({ name }) => [name, []]));
    this.cursor = null;
    this.callbacks = [];
    this.marks = options.marks || [];
    this.build(parent);
    onThemeChange(() => this.schedule());
    new ResizeObserver(() => this.schedule()).observe(this.canvas);
  }

  /** All of it: rounds, and per series as many numbers (NaN or null: none). */
  setData(steps, data) {
    this.steps = Array.from(steps);
    for (const { name } of this.options.series) {
      this.data[name] = Array.from(data[name] || [], (value) => (value === null ? NaN : value));
    }
    this.schedule();
  }

  /** One more round. */
  push(step, values) {
    this.steps.push(step);
    for (const { name } of this.options.series) {
      const value = values[name];
      this.data[name].push(value === null || value === undefined ? NaN : value);
    }
    if (this.steps.length > MOST_POINTS) this.thin();
    this.schedule();
  }

  /** Forget everything. */
  clear() {
    this.setData([], {});
  }

  setCursor(step) {
    this.cursor = step;
    this.schedule();
  }

  setMarks(rounds) {
    this.marks = rounds;
    this.schedule();
  }

  /** Call back with a round when someone clicks or drags there. */
  onSeek(callback) {
    this.callbacks.push(callback);
    this.canvas.classList.add("seekable");
  }

  build(parent) {
    this.values = {};
    const legend = element("span", "curves-legend");
    for (const { name, label = name, color, dash } of this.options.series) {
      const item = element("span", "curves-name");
      if (label) {
        const key = element("i", dash ? "curves-key dashed" : "curves-key");
        key.style.borderTopColor = `var(${color})`;
        item.append(key, `${label} `);
      }
      this.values[name] = element("b");
      item.append(this.values[name]);
      legend.append(item);
    }
    const label = element("span", "curves-label", this.options.label);
    this.canvas = element("canvas", { role: "img" });
    this.context = this.canvas.getContext("2d");
    parent.append(
      element("figure", "curves", element("figcaption", "", label, legend), this.canvas),
    );
    this.listen();
  }

  listen() {
    const edges = () => EDGES;
    onDragAlong(this.canvas, edges, (share) => {
      if (!this.steps.length) return;
      const [first, last] = this.span();
      for (const callback of this.callbacks) callback(first + share * (last - first));
    });
  }

  thin() {
    const kept = (_, index) => index % 2 === 0;
    this.steps = this.steps.filter(kept);
    for (const name of Object.keys(this.data)) this.data[name] = this.data[name].filter(kept);
  }

  /** Draw before the screen's next frame, however often that is asked for until then. */
  schedule() {
    if (this.due) return;
    this.due = true;
    requestAnimationFrame(() => {
      this.due = false;
      this.draw();
    });
  }

  span() {
    const last = this.steps.length ? this.steps[this.steps.length - 1] : 1;
    const first = this.steps.length ? this.steps[0] : 0;
    return [first, last > first ? last : first + 1];
  }

  /** Where the cursor's round is in the data: the nearest one; the last without a cursor. */
  index() {
    if (this.cursor === null || !this.steps.length) return this.steps.length - 1;
    return nearestIndex(this.steps, this.cursor);
  }

  limits() {
    const { log, yRange, reference, lines } = this.options;
    const values = Object.values(this.data).flat().filter(Number.isFinite);
    if (log) return logLimits(values);
    if (yRange) return yRange;
    const anchors = [
      ...Object.values(reference || {}).flat(),
      ...(lines || []).map(({ value }) => value),
    ];
    return robustLimits(values, anchors);
  }

  draw() {
    const { canvas, context } = this;
    const size = fitted(canvas);
    if (!size) return;
    const [wide, high] = size;
    const colour = coloursOf(canvas);
    const [first, last] = this.span();
    const [low, top] = this.limits();
    const scaled = this.options.log ? Math.log : (value) => value;
    const [bottomEdge, topEdge] = [scaled(low), scaled(top)];
    const x = (step) =>
      EDGES.left + ((step - first) / (last - first)) * (wide - EDGES.left - EDGES.right);
    const y = (value) =>
      high -
      EDGES.bottom -
      ((scaled(value) - bottomEdge) / (topEdge - bottomEdge)) * (high - EDGES.top - EDGES.bottom);
    const plot = { x, y, wide, high, first, last, low, top, colour };
    this.drawAxes(plot);
    context.save();
    context.beginPath();
    context.rect(EDGES.left, EDGES.top - 2, wide - EDGES.left - EDGES.right + 2, high - EDGES.top - EDGES.bottom + 4);
    context.clip();
    this.labels = [];
    this.drawReference(plot);
    for (const one of this.options.series) this.drawSeries(one, plot);
    context.restore();
    this.drawLabels(plot);
    this.drawCursor(plot);
    this.tell();
  }

  drawAxes({ x, y, wide, high, first, last, low, top, colour }) {
    const { context } = this;
    context.font = "11px system-ui, sans-serif";
    context.fillStyle = colour("--quiet");
    context.strokeStyle = colour("--faint");
    context.lineWidth = 1;
    context.textAlign = "right";
    context.textBaseline = "middle";
    const ticks = this.options.log ? decades(low, top) : evenTicks(low, top, 3);
    for (const tick of ticks) {
      const at = Math.round(y(tick)) + 0.5;
      straight(context, [EDGES.left, at], [wide - EDGES.right, at]);
      context.fillText(chartNumber(tick), EDGES.left - 6, at);
    }
    context.textBaseline = "alphabetic";
    const marks = evenTicks(first, last, wide < 220 ? 2 : 4);
    for (const tick of marks) {
      const place = x(tick);
      context.textAlign = place > wide - EDGES.right - 14 ? "right" : "center";
      context.fillText(chartNumber(tick), Math.min(place, wide - 2), high - 5);
    }
  }

  drawReference({ y, x, wide, high, colour }) {
    const { context } = this;
    for (const [lowest, mean, highest] of Object.values(this.options.reference || {})) {
      context.globalAlpha = 0.22;
      context.fillStyle = colour("--green");
      const [upper, lower] = [y(highest), y(lowest)];
      const thick = Math.max(3, lower - upper);
      context.fillRect(EDGES.left, (upper + lower - thick) / 2, wide, thick);
      context.globalAlpha = 1;
      this.level(y(mean), wide, colour("--green"), "perfect");
    }
    const lines = this.options.lines || [];
    lines.forEach(({ value, label, color = "--quiet" }, index) => {
      const before = lines.slice(0, index).filter((one) => one.value === value).length;
      this.level(y(value), wide, colour(color), label, { text: colour(inWords(color)), before });
    });
    context.strokeStyle = colour("--orange");
    context.lineWidth = 1.2;
    context.setLineDash([2, 3]);
    for (const round of this.marks) {
      straight(context, [x(round), 0], [x(round), high]);
    }
    context.setLineDash([]);
  }

  /** A dashed line to measure by; where there are some at this height `before`, its dashes fall
      into the gaps of theirs. */
  level(at, wide, colour, label, { text = null, before = 0 } = {}) {
    const { context } = this;
    context.strokeStyle = colour;
    context.lineWidth = 1.2;
    context.setLineDash(DASHES);
    context.lineDashOffset = before * DASHES[0];
    straight(context, [EDGES.left, at], [wide, at]);
    context.setLineDash([]);
    context.lineDashOffset = 0;
    if (label) this.labels.push({ label, at, text });
  }

  /** The lines' names, over everything: above a line, or below one at the chart's top; none upon
      another. */
  drawLabels({ wide, high, colour }) {
    const { context } = this;
    context.font = "11px system-ui, sans-serif";
    context.textAlign = "right";
    context.lineWidth = 3;
    context.strokeStyle = colour("--paper");
    context.textBaseline = "middle";
    const x = wide - EDGES.right - 3;
    const places = labelPlaces(this.labels.map(({ at }) => at), [EDGES.top, high - EDGES.bottom]);
    this.labels.forEach(({ label, text }, index) => {
      context.fillStyle = text || colour("--quiet");
      context.strokeText(label, x, places[index]);
      context.fillText(label, x, places[index]);
    });
  }

  drawSeries({ name, color, dash }, { x, y, colour }) {
    const { context, steps } = this;
    const values = this.data[name];
    context.strokeStyle = colour(color);
    context.lineWidth = 1.7;
    context.lineJoin = "round";
    context.setLineDash(dash ? [5, 3] : []);
    context.beginPath();
    let [drawing, before] = [false, 0];
    for (let n = 0; n < steps.length; n += 1) {
      const value = values[n];
      if (!Number.isFinite(value) || (this.options.log && value <= 0)) {
        drawing = false;
        continue;
      }
      const [px, py] = [x(steps[n]), y(value)];
      if (!drawing) context.moveTo(px, py);
      else if (this.options.stepped) context.lineTo(px, before);
      context.lineTo(px, py);
      [drawing, before] = [true, py];
    }
    context.stroke();
    context.setLineDash([]);
  }

  drawCursor({ x, y, high, colour }) {
    if (this.cursor === null || !this.steps.length) return;
    const { context } = this;
    const [first, last] = this.span();
    const at = x(Math.max(first, Math.min(last, this.cursor)));
    context.strokeStyle = colour("--ink");
    context.lineWidth = 1;
    straight(context, [at, 2], [at, high - EDGES.bottom]);
    const index = this.index();
    for (const { name, color } of this.options.series) {
      const value = this.data[name][index];
      if (!Number.isFinite(value) || (this.options.log && value <= 0)) continue;
      context.fillStyle = colour(color);
      context.strokeStyle = colour("--paper");
      context.lineWidth = 1.5;
      context.beginPath();
      context.arc(x(this.steps[index]), y(value), 3.6, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
    }
  }

  /** Write the values at the cursor, and the same for who cannot see the chart. */
  tell() {
    const index = this.index();
    const words = [];
    for (const one of this.options.series) {
      const text = index >= 0 ? chartNumber(this.data[one.name][index]) : "–";
      if (this.values[one.name].textContent !== text) this.values[one.name].textContent = text;
      words.push(`${one.label || one.name} ${text}`);
    }
    const round = index >= 0 ? ` at round ${thousands(this.steps[index])}` : "";
    this.canvas.setAttribute("aria-label", `${this.options.label}${round}: ${words.join(", ")}`);
  }
}
