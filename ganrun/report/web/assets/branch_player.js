/* The experiments of a diagnosis, to be played: a strip of time for the run and for every branch, and a
 * map on which each mode is a disc with a slice for every GAN, in the colour of how it is served. */

import { fitted, hatching, straight } from "../../../page/assets/canvas.js";
import { element, prefersCalm, write } from "../../../page/assets/elements.js";
import { coloursOf, onThemeChange } from "../../../page/assets/theme.js";
import { coursesAt, coursesWords, edgesOf, servedAt } from "./branch_courses.js";

const SECONDS = 7; // that a branch is played for
const STOPS = 200; // of the slider
const LEAST_DISC = 7; // CSS pixels
const HATCH = { strength: 0.5, thickness: 1 };

export class BranchPlayer {
  /** data = {target, ways: {name: words}, panels: [{title, outcome, good, from, to, before, courses}]} */
  constructor(parent, data) {
    this.data = data;
    this.ways = Object.keys(data.ways);
    this.modes = data.target.modes.length;
    this.round = 0;
    this.timer = null;
    this.build(parent);
    onThemeChange(() => this.draw());
    new ResizeObserver(() => this.draw()).observe(this.map);
    this.choose(data.panels.length > 1 ? 1 : 0);
    this.seek(this.panel.to);
  }

  get panel() {
    return this.data.panels[this.chosen];
  }

  build(parent) {
    this.strips = this.data.panels.map((panel, index) => this.strip(panel, index));
    this.map = element("canvas", { class: "branch-map", role: "img" });
    this.title = element("h3");
    this.words = element("p", { class: "small", "aria-live": "polite" });
    this.play = element("button", { type: "button", class: "button", on: { click: () => this.toggle() } });
    this.slider = element("input", {
      type: "range",
      class: "player-slider",
      min: 0,
      max: STOPS,
      step: 1,
      "aria-label": "Round",
      on: { input: () => (this.stop(), this.seek(Math.round((this.slider.value / STOPS) * this.panel.to))) },
    });
    parent.append(
      element("div", { class: "branch-strips", role: "group", "aria-label": "The run and its branches" }, ...this.strips.map(({ button }) => button)),
      element("div", "branch-stage", this.title, this.map, element("div", "player-controls", this.play, this.slider), this.words),
    );
    this.stop();
  }

  strip({ title, outcome, good }, index) {
    const canvas = element("canvas", { class: "branch-strip", "aria-hidden": "true" });
    canvas.style.height = `${Math.max(34, Math.min(110, 13 * this.modes))}px`;
    const button = element(
      "button",
      { type: "button", class: "bare branch", "aria-pressed": "false", on: { click: () => this.press(index) } },
      element("span", { class: "branch-title", text: title }),
      element("span", { class: `branch-outcome ${good}`, text: outcome }),
      canvas,
    );
    return { button, canvas };
  }

  /** Choose a branch and play it; what is chosen already is stopped, or played again. */
  press(index) {
    if (index === this.chosen) {
      this.toggle();
      return;
    }
    this.choose(index);
    this.start();
  }

  choose(index) {
    this.stop();
    this.chosen = index;
    this.strips.forEach(({ button }, at) => button.setAttribute("aria-pressed", String(at === index)));
    write(this.title, this.panel.title);
    this.seek(this.panel.from);
  }

  seek(round) {
    this.round = Math.max(0, Math.min(this.panel.to, round));
    this.slider.value = Math.round((STOPS * this.round) / this.panel.to);
    this.slider.setAttribute("aria-valuetext", `round ${Math.round(this.round)}`);
    const words = coursesWords(this.panel, Math.round(this.round));
    write(this.words, words);
    this.map.setAttribute("aria-label", `${this.panel.title}. ${words}`);
    this.draw();
  }

  toggle() {
    if (this.timer) this.stop();
    else this.start();
  }

  start() {
    const { from, to } = this.panel;
    if (prefersCalm()) {
      this.seek(to);
      return;
    }
    this.words.setAttribute("aria-live", "off"); // nobody can listen that fast
    write(this.play, "Pause");
    const begin = this.round >= to ? from : this.round;
    const began = performance.now();
    const turn = (now) => {
      const round = begin + ((now - began) / 1000 / SECONDS) * (to - from);
      this.seek(round);
      if (round >= to) this.stop();
      else this.timer = requestAnimationFrame(turn);
    };
    this.timer = requestAnimationFrame(turn);
  }

  stop() {
    cancelAnimationFrame(this.timer);
    this.timer = null;
    this.words.setAttribute("aria-live", "polite");
    write(this.play, "Play");
  }

  draw() {
    this.colour = coloursOf(this.map);
    this.strips.forEach(({ canvas }, index) => this.drawStrip(canvas, this.data.panels[index], index === this.chosen));
    this.drawMap();
  }

  fills(context) {
    const fills = this.ways.map((name) => this.colour(`--share-${name}`));
    fills[0] = hatching(context, this.colour("--vermillion"), { ...HATCH, ground: fills[0] });
    return fills;
  }

  drawStrip(canvas, panel, isChosen) {
    const size = fitted(canvas);
    if (!size) return;
    const [wide, high] = size;
    const context = canvas.getContext("2d");
    const pen = { context, fills: this.fills(context), x: (round) => (round / panel.to) * wide, band: high / this.modes };
    if (panel.before) this.drawCourse(pen, panel.before, [0, panel.from], [0, 1]);
    panel.courses.forEach((course, n) => this.drawCourse(pen, course, [panel.from, panel.to], [n, panel.courses.length]));
    context.strokeStyle = this.colour("--ink");
    context.lineWidth = 2;
    if (panel.before) straight(context, [pen.x(panel.from), 0], [pen.x(panel.from), high]);
    if (!isChosen) return;
    for (const [thick, name] of [
      [4, "--paper"],
      [1.5, "--ink"],
    ]) {
      Object.assign(context, { lineWidth: thick, strokeStyle: this.colour(name) });
      straight(context, [pen.x(this.round), 0], [pen.x(this.round), high]);
    }
  }

  /** One GAN's lines, one in the band of every mode. */
  drawCourse({ context, fills, x, band }, course, [from, to], [which, lines]) {
    const gap = band > 8 ? 3 : 1;
    const thick = (band - gap) / lines;
    const edges = course.rounds.length ? edgesOf(course, from, to) : [];
    for (let mode = 0; mode < this.modes; mode += 1) {
      const y = mode * band + gap / 2 + which * thick;
      context.fillStyle = this.colour("--faint");
      if (!course.whole || !edges.length) context.fillRect(x(from), y, x(to) - x(from), thick);
      course.served.forEach((served, row) => {
        if (served[mode] === "-") return;
        context.fillStyle = fills[Number(served[mode])];
        context.fillRect(x(edges[row]), y, x(edges[row + 1]) - x(edges[row]) + 0.5, thick);
      });
    }
  }

  drawMap() {
    const size = fitted(this.map);
    if (!size) return;
    const [wide, high] = size;
    const context = this.map.getContext("2d");
    const [x0, x1, y0, y1] = this.data.target.extent;
    const scale = Math.min(wide / (x1 - x0), high / (y1 - y0));
    const at = ({ x, y }) => [wide / 2 + scale * (x - (x0 + x1) / 2), high / 2 - scale * (y - (y0 + y1) / 2)];
    const fills = this.fills(context);
    const courses = coursesAt(this.panel, this.round).map((one) => servedAt(one, this.round));
    const radius = Math.max(LEAST_DISC, Math.min(26, 0.3 * this.nearest() * scale));
    context.font = "600 12px system-ui, sans-serif";
    this.data.target.modes.forEach((mode, index) => this.drawDisc({ context, fills, radius }, at(mode), courses, index));
  }

  /** A mode: a slice for every GAN, clockwise from above. */
  drawDisc({ context, fills, radius }, [x, y], courses, mode) {
    const turn = (2 * Math.PI) / courses.length;
    courses.forEach((served, n) => {
      context.beginPath();
      if (courses.length > 1) context.moveTo(x, y);
      context.arc(x, y, radius, n * turn - Math.PI / 2, (n + 1) * turn - Math.PI / 2);
      context.closePath();
      context.fillStyle = served === null || served[mode] === "-" ? this.colour("--faint") : fills[Number(served[mode])];
      context.fill();
      Object.assign(context, { strokeStyle: this.colour("--paper"), lineWidth: 1 });
      context.stroke();
    });
    const missing = courses.filter((served) => served !== null && served[mode] === "0").length;
    context.beginPath();
    context.arc(x, y, radius + 2, 0, 2 * Math.PI);
    context.setLineDash(missing ? [4, 3] : []);
    Object.assign(context, { strokeStyle: this.colour(missing ? "--vermillion" : "--blue"), lineWidth: 1.6 });
    context.stroke();
    context.setLineDash([]);
    if (this.modes > 30) return;
    Object.assign(context, { fillStyle: this.colour("--ink"), textAlign: "center", textBaseline: "bottom" });
    context.fillText(String(mode), x, y - radius - 4);
  }

  /** How far apart the two nearest modes are. */
  nearest() {
    const { modes, extent } = this.data.target;
    const apart = modes.flatMap((one, n) => modes.slice(n + 1).map((other) => Math.hypot(one.x - other.x, one.y - other.y)));
    return Math.min(extent[1] - extent[0], ...apart);
  }
}
