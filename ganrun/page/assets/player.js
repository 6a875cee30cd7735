/* A run, snapshot by snapshot: a scene with a scrubber, play, speed, single steps and arrows. */

import { decode } from "./decode.js";
import { element, svg } from "./elements.js";
import { fieldSpread, median, pushesOn, typicalPush, uphillOf } from "./field.js";
import { nearestIndex } from "./scales.js";
import { Scene } from "./scene.js";
import { coveredModes, percent, thousands } from "./wording.js";

const SPEEDS = [2, 5, 10, 20]; // snapshots a second
const LARGEST_LOGIT = 5; // beyond, a probability is within 1 % of certain
const ICONS = {
  play: "M6 4.5v15l13-7.5z",
  pause: "M6 5h4v14H6zM14 5h4v14h-4z",
  back: "M6 5h2.4v14H6zM19 5v14L9.5 12z",
  next: "M15.6 5H18v14h-2.4zM5 5v14l9.5-7z",
};

/** A button with a picture on it, named for who cannot see it. */
function iconButton(icon, label, click) {
  const button = element("button", { type: "button", class: "button icon", on: { click } });
  setIcon(button, icon, label);
  return button;
}

function setIcon(button, icon, label) {
  const picture = svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" });
  picture.append(svg("path", { d: ICONS[icon] }));
  button.replaceChildren(picture);
  button.setAttribute("aria-label", label);
  button.title = label;
}

export class Player {
  /** data = {target, steps, samples: packed [S, N, 2], field: packed [S, G, G] or S times [G, G]
      or null, covered?: [S][K] (null: a mode
      that cannot be shown), objective (needed for a field alone), compact?, label?, start?,
      follows?: it has no controls of its own};
      it begins at snapshot `start`, by default the last. Where the target changed, `targets` holds
      all of them and `targetOf` the number of each snapshot's; likewise `objectives`. */
  constructor(parent, data) {
    this.data = data;
    this.target = data.target;
    this.steps = data.steps;
    this.callbacks = [];
    this.timer = null;
    this.speed = 5;
    this.arrows = false;
    this.unpack();
    this.build(parent);
    this.scene = new Scene(this.canvas, this.target);
    const last = this.steps.length - 1;
    this.seek(data.start === undefined ? last : data.start);
  }

  /** Show a snapshot by its number. */
  seek(index) {
    this.index = Math.max(0, Math.min(this.steps.length - 1, Math.round(index)));
    if (this.data.targets) {
      this.target = this.data.targets[this.data.targetOf[this.index]];
      this.scene.setTarget(this.target);
    }
    this.scene.draw(this.frame(this.index));
    this.slider.value = this.index;
    this.tell();
    for (const callback of this.callbacks) callback(this.index, this.steps[this.index]);
  }

  /** Show the snapshot nearest to a round. */
  seekRound(round) {
    this.seek(nearestIndex(this.steps, round));
  }

  /** Call back with the snapshot's number and its round whenever another one is shown. */
  onSeek(callback) {
    this.callbacks.push(callback);
    callback(this.index, this.steps[this.index]);
  }

  play() {
    if (this.steps.length < 2) return;
    if (this.index === this.steps.length - 1) this.seek(0);
    this.caption.setAttribute("aria-live", "off"); // nobody can listen that fast
    setIcon(this.playButton, "pause", "Pause");
    clearInterval(this.timer);
    this.timer = setInterval(() => {
      this.seek(this.index + 1);
      if (this.index === this.steps.length - 1) this.pause();
    }, 1000 / this.speed);
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    setIcon(this.playButton, "play", "Play");
    this.caption.setAttribute("aria-live", "polite");
  }

  /** Take the player off the page for good. */
  close() {
    this.pause();
    this.scene.close();
    this.root.remove();
  }

  get playing() {
    return this.timer !== null;
  }

  unpack() {
    const { samples, field } = this.data;
    const points = decode(samples);
    const each = points.length / this.steps.length;
    this.samples = this.steps.map((_, n) => points.subarray(n * each, (n + 1) * each));
    this.fields = null;
    if (!field) return;
    this.objectives = this.steps.map((_, n) =>
      this.data.objectives ? this.data.objectives[this.data.objectiveOf[n]] : this.data.objective,
    );
    if (Array.isArray(field)) {
      this.grid = field[0].shape[1];
      this.fields = field.map(decode);
    } else {
      this.grid = field.shape[1];
      const values = decode(field);
      const cells = this.grid * this.grid;
      this.fields = this.steps.map((_, n) => values.subarray(n * cells, (n + 1) * cells));
    }
    this.setScales();
  }

  /** One scale of colours and one of arrows for all snapshots, so that they can be compared. */
  setScales() {
    const offsets = this.fields.flatMap((field, n) => {
      const { middle } = this.objectives[n];
      const white = middle === null ? median(field) : middle;
      return Array.from(field, (value) => value - white);
    });
    this.range = fieldSpread(offsets, 0);
    const probable = this.objectives.every(({ probability }) => probability);
    if (probable) this.range = Math.min(Math.max(this.range, 0.5), LARGEST_LOGIT);
    const pushes = this.fields.flatMap((field, n) =>
      pushesOn(this.samples[n], field, this.grid, this.target.extent, uphillOf(this.objectives[n].uphill)),
    );
    this.arrowRange = typicalPush(pushes);
  }

  /** Which modes are covered in a snapshot; null where that is not known. */
  covered(index) {
    const covered = this.data.covered ? this.data.covered[index] : null;
    return covered && covered.length === this.target.modes.length ? covered : null;
  }

  frame(index) {
    const shown = { samples: this.samples[index], covered: this.covered(index) };
    if (!this.fields) return shown;
    const { middle, uphill } = this.objectives[index];
    return {
      ...shown,
      field: this.fields[index],
      grid: this.grid,
      fieldRange: this.range,
      fieldMiddle: middle,
      arrows: this.arrows,
      uphill: uphillOf(uphill),
      arrowRange: this.arrowRange,
    };
  }

  build(parent) {
    const { compact, follows, label } = this.data;
    const stop = () => this.playing && this.pause();
    const stepBy = (by) => (stop(), this.seek(this.index + by));
    const [x0, x1, y0, y1] = this.target.extent;
    this.canvas = element("canvas", { class: "player-canvas", role: "img" });
    this.canvas.style.aspectRatio = `${x1 - x0} / ${y1 - y0}`;
    this.playButton = iconButton("play", "Play", () => (this.playing ? this.pause() : this.play()));
    this.slider = element("input", {
      class: "player-slider",
      type: "range",
      min: 0,
      max: this.steps.length - 1,
      step: 1,
      "aria-label": label ? `Round, ${label}` : "Round",
      on: { input: () => (stop(), this.seek(Number(this.slider.value))) },
    });
    this.round = element("output", "player-round");
    this.caption = element("p", { class: "player-caption", "aria-live": "polite" });
    this.root = element(
      "div",
      { class: compact ? "player compact" : "player", on: { keydown: (event) => this.key(event) } },
      this.canvas,
      !follows && element(
        "div",
        "player-controls",
        this.playButton,
        !compact && iconButton("back", "One snapshot back", () => stepBy(-1)),
        !compact && iconButton("next", "One snapshot on", () => stepBy(1)),
        this.slider,
        this.round,
      ),
      !compact && !follows && this.options(),
      this.caption,
    );
    parent.append(this.root);
  }

  options() {
    const speed = element("select", {
      class: "menu",
      on: {
        change: () => {
          this.speed = Number(speed.value);
          if (this.playing) this.play();
        },
      },
    });
    for (const one of SPEEDS) {
      speed.append(new Option(`${one} a second`, one, false, one === this.speed));
    }
    const options = element("div", "player-options");
    options.append(element("label", "key", "Speed ", speed));
    if (!this.fields) return options;
    const arrows = element("input", {
      type: "checkbox",
      on: {
        change: () => {
          this.arrows = arrows.checked;
          this.seek(this.index);
        },
      },
    });
    const bar = element("span", { class: "field-bar", "aria-hidden": "true" });
    options.append(
      element("label", "key", arrows, " Arrows: where it pushes the fakes"),
      element("span", "key", "looks forged", bar, "looks real"),
    );
    return options;
  }

  /** Space plays; the arrow keys step, on buttons too (the slider knows them by itself). */
  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const on = event.target;
    if (event.key === " " && on === this.slider) {
      event.preventDefault();
      this.playButton.click();
    }
    if (on === this.slider || on.matches("select")) return;
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!move) return;
    event.preventDefault();
    if (this.playing) this.pause();
    this.seek(this.index + move);
  }

  tell() {
    const step = this.steps[this.index];
    const last = this.steps[this.steps.length - 1];
    const words = this.words(this.index);
    this.round.textContent = `round ${thousands(step)}`;
    this.slider.setAttribute(
      "aria-valuetext",
      `round ${thousands(step)} of ${thousands(last)}`,
    );
    this.caption.textContent = words;
    const whose = this.data.label ? `${this.data.label}. ` : "";
    this.canvas.setAttribute("aria-label", `${whose}Round ${thousands(step)}. ${words}`);
  }

  /** What is to be seen in a snapshot, in a sentence. */
  words(index) {
    const points = this.samples[index];
    const [x0, x1, y0, y1] = this.target.extent;
    let outside = 0;
    for (let n = 0; n < points.length; n += 2) {
      const [x, y] = [points[n], points[n + 1]];
      if (!(x > x0 && x < x1 && y > y0 && y < y1)) outside += 1;
    }
    const share = percent((2 * outside) / points.length);
    const strays = outside ? ` ${share} of the samples lie outside the picture.` : "";
    const known = this.covered(index);
    return known ? coveredModes(known) + strays : strays.trim();
  }
}
