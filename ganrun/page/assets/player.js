/* A run, snapshot by snapshot: a scene with a line of rounds, play, speed, single steps and arrows. */

import { element, svg } from "./elements.js";
import { captionOf, staysOf } from "./events.js";
import { nearestIndex } from "./scales.js";
import { Scene } from "./scene.js";
import { Snapshots } from "./snapshots.js";
import { Timeline } from "./timeline.js";
import { thousands } from "./wording.js";

const SPEEDS = [2, 5, 10, 20]; // snapshots a second
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
  /** `data` is that of `Snapshots`, and: compact?, label?, start?: the snapshot at which it begins, by
      default the last, follows?: it has no controls of its own. */
  constructor(parent, data) {
    this.data = data;
    this.snapshots = new Snapshots(data);
    this.steps = data.steps;
    this.callbacks = [];
    this.timer = null;
    this.speed = 5;
    this.view = { arrows: false, net: false };
    this.lingers = !data.compact; // beside others it keeps step with them
    this.build(parent);
    this.scene = new Scene(this.canvas, data.target);
    const last = this.steps.length - 1;
    this.seek(data.start === undefined ? last : data.start);
  }

  /** Show a snapshot by its number. */
  seek(index) {
    this.index = Math.max(0, Math.min(this.steps.length - 1, Math.round(index)));
    if (this.data.targets) this.scene.setTarget(this.snapshots.target(this.index));
    this.scene.draw(this.snapshots.frame(this.index, this.view));
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
    this.stay();
  }

  /** Stay at the snapshot for its time, then show the next. */
  stay() {
    clearTimeout(this.timer);
    const stays = this.lingers ? this.stays[this.index] : 1;
    this.timer = setTimeout(() => {
      this.seek(this.index + 1);
      if (this.index === this.steps.length - 1) this.pause();
      else this.stay();
    }, (1000 * stays) / this.speed);
  }

  pause() {
    clearTimeout(this.timer);
    this.timer = null;
    setIcon(this.playButton, "play", "Play");
    this.caption.setAttribute("aria-live", "polite");
  }

  /** Take the player off the page for good. */
  close() {
    this.pause();
    this.scene.close();
    this.timeline.close();
    this.root.remove();
  }

  /** The target that the game is played for at the snapshot that is shown. */
  get target() {
    return this.snapshots.target(this.index);
  }

  get playing() {
    return this.timer !== null;
  }

  build(parent) {
    const { compact, follows, label } = this.data;
    const stop = () => this.playing && this.pause();
    const stepBy = (by) => (stop(), this.seek(this.index + by));
    const [x0, x1, y0, y1] = this.data.target.extent;
    this.canvas = element("canvas", { class: "player-canvas", role: "img" });
    this.canvas.style.aspectRatio = `${x1 - x0} / ${y1 - y0}`;
    this.playButton = iconButton("play", "Play", () => (this.playing ? this.pause() : this.play()));
    const line = element("div", "player-line");
    this.timeline = new Timeline(line, {
      label: label ? `Round, ${label}` : "Round",
      seek: (place) => (stop(), this.seek(place)),
    });
    const [events, counts] = [this.snapshots.events(), this.snapshots.counts()];
    const total = this.data.target.modes.length;
    this.timeline.setData({ steps: this.steps, counts, total, events });
    this.stays = staysOf(this.steps, events);
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
        line,
        this.round,
      ),
      !compact && !follows && this.options(events.length > 0),
      this.caption,
    );
    parent.append(this.root);
  }

  options(lingers) {
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
    const tick = (words, checked, change) => {
      const box = element("input", { type: "checkbox", on: { change: () => (change(box.checked), this.seek(this.index)) } });
      box.checked = checked;
      options.append(element("label", "key", box, ` ${words}`));
    };
    if (lingers) tick("Slow where something happens", true, (on) => (this.lingers = on));
    if (this.snapshots.nets) tick("Net: how the forger lays its noise out", false, (on) => (this.view.net = on));
    if (!this.snapshots.fields) return options;
    tick("Arrows: where it pushes the fakes", false, (on) => (this.view.arrows = on));
    const bar = element("span", { class: "field-bar", "aria-hidden": "true" });
    options.append(element("span", "key", "looks forged", bar, "looks real"));
    return options;
  }

  /** Space plays; the arrow keys step, on buttons too (the slider knows them by itself). */
  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const on = event.target;
    const { slider } = this.timeline;
    if (event.key === " " && on === slider) {
      event.preventDefault();
      this.playButton.click();
    }
    if (on === slider || on.matches("select")) return;
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!move) return;
    event.preventDefault();
    if (this.playing) this.pause();
    this.seek(this.index + move);
  }

  tell() {
    const step = this.steps[this.index];
    const words = this.snapshots.words(this.index);
    const happened = captionOf(this.timeline.eventsAt(this.index));
    this.round.textContent = `round ${thousands(step)}`;
    this.timeline.setPlace(this.index);
    this.caption.textContent = words;
    if (happened && !this.data.compact) this.caption.prepend(element("b", { text: happened }), " ");
    const whose = this.data.label ? `${this.data.label}. ` : "";
    this.canvas.setAttribute("aria-label", `${whose}Round ${thousands(step)}. ${happened && `${happened} `}${words}`);
  }
}
