/* A line of rounds to go back and forth on: how many modes are covered is drawn along it, and what
   happens is marked on it. Under the drawing lies a slider as browsers know them, so that keys, fingers
   and screen readers work as everywhere. */

import { fitted } from "./canvas.js";
import { element } from "./elements.js";
import { captionOf, KINDS } from "./events.js";
import { coloursOf, onThemeChange } from "./theme.js";
import { thousands } from "./wording.js";

const EDGE = 8; // CSS pixels from an end of the slider to the middle of its thumb there
const MARKS = 12; // CSS pixels above the coverage, for the marks
const TONES = { good: "--green", bad: "--vermillion", warn: "--vermillion", detective: "--blue", changed: "--orange" };

export class Timeline {
  /** `seek(place)` is called when another place is chosen: a number of one of the `steps`. */
  constructor(parent, { label, seek }) {
    this.steps = [];
    this.counts = [];
    this.total = 0;
    this.events = [];
    this.canvas = element("canvas", { "aria-hidden": "true" });
    this.slider = element("input", {
      class: "player-slider",
      type: "range",
      min: 0,
      max: 0,
      step: 1,
      "aria-label": label,
      on: { input: () => seek(Number(this.slider.value)) },
    });
    this.root = element("div", "timeline", this.canvas, this.slider);
    parent.append(this.root);
    const endWatching = onThemeChange(() => this.draw());
    const observer = new ResizeObserver(() => this.draw());
    observer.observe(this.canvas);
    this.close = () => {
      endWatching();
      observer.disconnect();
    };
  }

  /** Rounds that one can go to, how many of `total` modes are covered at each (null: not known), and
      what happens (`events.js`). */
  setData({ steps, counts, total, events }) {
    Object.assign(this, { steps, counts, total, events });
    this.slider.max = Math.max(0, steps.length - 1);
    this.draw();
  }

  /** Stand at one of the steps. */
  setPlace(place) {
    this.place = place;
    this.slider.value = place;
    const [round, last] = [this.steps[place], this.steps[this.steps.length - 1]];
    const words = captionOf(this.eventsAt(place));
    this.slider.setAttribute("aria-valuetext", `round ${thousands(round)} of ${thousands(last)}${words && `. ${words}`}`);
  }

  /** What has happened since the step before. */
  eventsAt(place) {
    const [from, to] = [place > 0 ? this.steps[place - 1] : -Infinity, this.steps[place]];
    return this.events.filter(({ round }) => round > from && round <= to);
  }

  /** Where a round lies along the steps, from 0 to 1. */
  along(round) {
    const { steps } = this;
    if (steps.length < 2) return 0;
    const after = steps.findIndex((step) => step >= round);
    if (after < 0) return 1;
    if (after === 0) return 0;
    const part = (round - steps[after - 1]) / (steps[after] - steps[after - 1] || 1);
    return (after - 1 + part) / (steps.length - 1);
  }

  draw() {
    const size = fitted(this.canvas);
    if (!size) return;
    const [wide, high] = size;
    const context = this.canvas.getContext("2d");
    const colour = coloursOf(this.canvas);
    const x = (share) => EDGE + share * (wide - 2 * EDGE);
    this.drawCoverage(context, colour, x, high);
    for (const event of this.events) drawMark(context, colour, KINDS[event.kind], x(this.along(event.round)), high);
  }

  drawCoverage(context, colour, x, high) {
    const [top, bottom] = [MARKS + 1, high - 1];
    context.fillStyle = colour("--faint");
    context.fillRect(x(0), bottom - 1, x(1) - x(0), 2);
    const { counts, total, steps } = this;
    if (!total) return;
    const y = (count) => bottom - (count / total) * (bottom - top);
    const place = (n) => x(steps.length > 1 ? n / (steps.length - 1) : 1);
    context.beginPath();
    context.moveTo(place(0), bottom);
    counts.forEach((count, n) => {
      if (n) context.lineTo(place(n), y(counts[n - 1] || 0));
      context.lineTo(place(n), y(count || 0));
    });
    context.lineTo(place(counts.length - 1), bottom);
    context.globalAlpha = 0.28;
    context.fillStyle = colour("--blue");
    context.fill();
    context.globalAlpha = 1;
  }
}

function drawMark(context, colour, { mark, tone }, x, high) {
  const [paint, y] = [colour(TONES[tone]), MARKS / 2];
  context.fillStyle = context.strokeStyle = paint;
  context.lineWidth = 1;
  context.globalAlpha = 0.5;
  context.fillRect(x - 0.5, MARKS, 1, high - MARKS - 1);
  context.globalAlpha = 1;
  context.beginPath();
  SHAPES[mark](context, x, y);
  context.fill();
}

/* Told apart without their colours too. */
const SHAPES = {
  up: (context, x, y) => triangle(context, x, y, -1),
  down: (context, x, y) => triangle(context, x, y, 1),
  both: (context, x, y) => {
    triangle(context, x, y - 2.6, -0.62);
    triangle(context, x, y + 2.6, 0.62);
  },
  dot: (context, x, y) => context.arc(x, y, 3.2, 0, 2 * Math.PI),
  bar: (context, x, y) => context.rect(x - 1.5, y - 5, 3, 10),
  cross: (context, x, y) => {
    context.save();
    context.translate(x, y);
    context.rotate(Math.PI / 4);
    context.rect(-1.3, -5.5, 2.6, 11);
    context.rect(-5.5, -1.3, 11, 2.6);
    context.restore();
  },
};

function triangle(context, x, y, down) {
  context.moveTo(x - 4, y - 3.4 * down);
  context.lineTo(x + 4, y - 3.4 * down);
  context.lineTo(x, y + 3.8 * down);
  context.closePath();
}
