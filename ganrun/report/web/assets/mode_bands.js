/* Share per mode over the rounds: one band per mode, with a cursor that others can move. */

import { fitted, hatching, onDragAlong, straight } from "../../../page/assets/canvas.js";
import { element } from "../../../page/assets/elements.js";
import { nearestIndex } from "../../../page/assets/scales.js";
import { coloursOf, onThemeChange } from "../../../page/assets/theme.js";
import { listed, percent, thousands } from "../../../page/assets/wording.js";

const MOST_WORDS = 14; // more modes than this have no words at the right

export class ModeBands {
  /** data = {rounds, ways: {name: words}, served: [R] texts of K digits, places in `ways`, or a
      dash for a mode that no samples show, shares: [K], weights: [K]} */
  constructor(parent, data, marks) {
    this.rounds = data.rounds;
    this.modes = data.weights.length;
    this.data = data;
    this.marks = marks || [];
    this.cursor = null;
    this.callbacks = [];
    this.canvas = element("canvas", { class: "mode-bands seekable", role: "img" });
    const few = this.modes <= MOST_WORDS;
    this.band = few ? 26 : Math.max(9, Math.min(26, 360 / this.modes));
    this.canvas.style.height = `${this.band * this.modes + 26}px`;
    parent.append(this.canvas);
    this.context = this.canvas.getContext("2d");
    onThemeChange(() => this.draw());
    new ResizeObserver(() => this.draw()).observe(this.canvas);
    this.listen();
    this.draw();
  }

  setCursor(round) {
    this.cursor = round;
    this.draw();
  }

  onSeek(callback) {
    this.callbacks.push(callback);
  }

  listen() {
    const edges = (wide) => this.edges(wide);
    onDragAlong(this.canvas, edges, (share) => {
      for (const callback of this.callbacks) callback(share * this.last());
    });
  }

  last() {
    return Math.max(1, this.rounds[this.rounds.length - 1]);
  }

  /** Room for the modes' numbers and, on a wide screen, for what each has at the end. */
  edges(wide) {
    const words = wide > 560 && this.modes <= MOST_WORDS;
    return { left: 34, right: words ? 118 : 10, words };
  }

  draw() {
    const { canvas, context, rounds, modes, band } = this;
    const size = fitted(canvas);
    if (!size) return;
    const [wide] = size;
    this.colour = coloursOf(canvas);
    const { left, right, words } = this.edges(wide);
    const x = (round) => left + (round / this.last()) * (wide - left - right);
    const fills = Object.keys(this.data.ways).map((name) => this.colour(`--share-${name}`));
    const lines = { strength: 0.45, thickness: 1, ground: fills[0] };
    fills[0] = hatching(context, this.colour("--vermillion"), lines);
    const gap = band > 14 ? 4 : 2;
    // An evaluation's piece goes half-way to its neighbours; pieces alike are drawn as one.
    const edge = (row) =>
      x(row === 0 ? rounds[0] : row === rounds.length ? rounds[row - 1] : (rounds[row - 1] + rounds[row]) / 2);
    for (let mode = 0; mode < modes; mode += 1) {
      for (let row = 0, next = 1; row < rounds.length; row = next, next += 1) {
        const level = this.level(row, mode);
        while (next < rounds.length && this.level(next, mode) === level) next += 1;
        if (level === null) continue;
        context.fillStyle = fills[level];
        const width = Math.max(edge(next) - edge(row), 1);
        context.fillRect(edge(row), mode * band + gap / 2, width, band - gap);
      }
    }
    this.label(x, wide, words);
    this.lines(x);
    this.tell();
  }

  /** How well a mode is served at an evaluation, as a place in `ways`; null: no samples show it. */
  level(row, mode) {
    const told = this.data.served[row][mode];
    return told === "-" ? null : Number(told);
  }

  label(x, wide, words) {
    const { context, band, modes } = this;
    context.font = "12px system-ui, sans-serif";
    context.textBaseline = "middle";
    const every = band >= 12 ? 1 : 5;
    for (let mode = 0; mode < modes; mode += every) {
      const y = (mode + 0.5) * band;
      context.textAlign = "right";
      context.fillStyle = this.colour("--ink");
      context.fillText(`${mode}`, 26, y);
      if (!words) continue;
      context.textAlign = "left";
      context.fillStyle = this.colour("--quiet");
      const [share, weight] = [this.data.shares[mode], this.data.weights[mode]];
      context.fillText(`${percent(share)} of ${percent(weight)}`, wide - 108, y);
    }
    context.textBaseline = "alphabetic";
    context.fillStyle = this.colour("--quiet");
    const count = wide < 500 ? 2 : 5;
    for (let n = 0; n <= count; n += 1) {
      const round = (n * this.last()) / count;
      context.textAlign = n === 0 ? "left" : n === count ? "right" : "center";
      context.fillText(thousands(round), x(round), modes * band + 18);
    }
  }

  lines(x) {
    const { context, band, modes } = this;
    context.strokeStyle = this.colour("--orange");
    context.lineWidth = 1.5;
    context.setLineDash([2, 3]);
    for (const round of this.marks) straight(context, [x(round), 0], [x(round), modes * band]);
    context.setLineDash([]);
    if (this.cursor === null) return;
    for (const [width, name] of [
      [4, "--paper"],
      [1.5, "--ink"],
    ]) {
      context.strokeStyle = this.colour(name);
      context.lineWidth = width;
      straight(context, [x(this.cursor), 0], [x(this.cursor), modes * band + 3]);
    }
  }

  tell() {
    const row = nearestIndex(this.rounds, this.cursor ?? this.last());
    const ways = Object.values(this.data.ways);
    const groups = ways.map(() => []);
    for (let mode = 0; mode < this.modes; mode += 1) {
      const level = this.level(row, mode);
      if (level !== null) groups[level].push(mode);
    }
    const words = ways
      .map((word, n) => (groups[n].length ? `${word}: ${listed(groups[n])}` : ""))
      .filter(Boolean);
    const round = thousands(this.rounds[row]);
    this.canvas.setAttribute("aria-label", `Modes at round ${round}. ${words.join("; ")}`);
  }
}
