/* "Draw your own modes": a square of the plane on which a click adds a mode, dragging moves it, and
 * a double click or Delete removes it. By keyboard: Tab to a mode, arrows move it, Delete removes
 * it, and the button adds one. Places snap to a twentieth, so that the config stays readable. */

import { element, svg, write } from "../../page/assets/elements.js";
import { plural, settingNumber } from "../../page/assets/wording.js";

const SNAP = 0.05;
const NEAREST = 0.17; // around a mode's middle that is still the mode, however narrow it is

export class DrawTarget {
  /* At most so many `modes` in a square that reaches from -view to view both ways, each with a `std`
   * between the ends {low, high} of its slider. */
  constructor(dialog, { modes, view, std }) {
    this.dialog = dialog;
    this.limits = { modes, view, std };
    this.modes = [];
    this.build(view);
  }

  /* Open with some modes [[x, y], ...] to begin with; those outside of the square come to its edge.
   * `apply` gets a config's {means, stds}. */
  open(means, std, apply) {
    const { low, high } = this.limits.std;
    this.apply = apply;
    this.modes = means.slice(0, this.limits.modes).map((place) => this.snapped(place));
    this.setStd(Math.max(low, Math.min(high, std)));
    this.draw();
    this.say(beginning(means, std, this.limits));
    this.dialog.showModal();
  }

  build(view) {
    const { low, high } = this.limits.std;
    const lines = svg("g", { class: "plane-lines", "aria-hidden": "true" });
    for (let at = Math.ceil(1 - view); at < view; at++) {
      lines.append(svg("path", { d: `M${at} ${-view}V${view}M${-view} ${at}H${view}`, class: at === 0 ? "axis" : null }));
    }
    this.dots = svg("g");
    const settings = {
      viewBox: `${-view} ${-view} ${2 * view} ${2 * view}`,
      class: "plane",
      role: "group",
      "aria-label": `The plane, from -${view} to ${view} both ways`,
      on: {
        pointerdown: (event) => this.press(event),
        pointermove: (event) => this.move(event),
        pointerup: () => this.release(),
        pointercancel: () => this.release(),
        dblclick: (event) => this.removeAt(event),
        keydown: (event) => this.key(event),
      },
    };
    this.plane = svg("svg", settings, lines, this.dots);

    const slid = () => {
      this.setStd(low * (high / low) ** (this.width.value / 100));
      this.draw();
    };
    this.width = element("input", { type: "range", id: "draw-std", min: 0, max: 100, step: 1, on: { input: slid } });
    this.widthWords = element("output", { for: "draw-std" });
    this.told = element("p", { class: "quiet told", role: "status" });
    this.applyButton = this.button("Play on these modes", () => this.finish(), "primary");
    this.dialog.replaceChildren(
      element("h2", { id: "draw-title", text: "Draw your own modes" }),
      element("p", {
        class: "quiet",
        text: "A click adds a mode, dragging moves it, a double click removes it. Or Tab to a mode: the arrow keys move it, Delete removes it.",
      }),
      this.plane,
      element("div", { class: "draw-row" }, element("label", { for: "draw-std", text: "Width (std)" }), this.width, this.widthWords),
      this.told,
      element(
        "div",
        { class: "draw-row" },
        this.button("Add a mode", () => this.add(...this.freePlace())),
        this.button("Remove all", () => this.clear()),
        element("span", { class: "stretch" }),
        this.button("Cancel", () => this.dialog.close()),
        this.applyButton,
      ),
    );
  }

  button(words, act, kind = "") {
    return element("button", { type: "button", class: `button ${kind}`, text: words, on: { click: act } });
  }

  setStd(std) {
    this.std = Number(std.toPrecision(2));
    const { low, high } = this.limits.std;
    this.width.value = Math.round((100 * Math.log(this.std / low)) / Math.log(high / low));
    this.width.setAttribute("aria-valuetext", String(this.std));
    write(this.widthWords, String(this.std));
  }

  draw() {
    const focused = this.focusedMode();
    this.dots.replaceChildren(...this.modes.map((place, index) => this.dot(place, index)));
    this.applyButton.disabled = this.modes.length === 0;
    if (focused >= 0) this.focus(focused);
  }

  dot([x, y], index) {
    const radius = 3 * this.std;
    return svg(
      "g",
      {
        class: "dot",
        tabindex: 0,
        role: "button",
        "aria-label": described(index, [x, y]),
        data: { index },
        transform: `translate(${x} ${-y})`,
      },
      svg("circle", { r: Math.max(radius, NEAREST), class: "reach" }),
      svg("circle", { r: radius, class: "ring" }),
      svg("circle", { r: 0.045, class: "middle" }),
      svg("text", { y: -Math.max(radius, 0.1) - 0.07, text: index }),
    );
  }

  /* Pointer ------------------------------------------------------------------------------------ */

  press(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.held = modeOf(event.target);
    if (this.held >= 0) this.focus(this.held);
    else this.held = this.add(...this.placeOf(event));
    this.plane.setPointerCapture(event.pointerId);
  }

  move(event) {
    if (this.held === undefined || this.held < 0) return;
    this.place(this.held, ...this.placeOf(event));
  }

  release() {
    this.held = undefined;
  }

  /* A double click's first click may just have added the mode: that one stays, and only an older
   * mode goes. */
  removeAt(event) {
    const found = this.modes.findIndex(([x, y]) => {
      const [px, py] = this.placeOf(event);
      return Math.hypot(px - x, py - y) <= Math.max(3 * this.std, NEAREST) + SNAP;
    });
    if (found >= 0 && found !== this.fresh) this.remove(found);
    this.fresh = undefined;
  }

  placeOf(event) {
    const box = this.plane.getBoundingClientRect();
    const x = (2 * (event.clientX - box.left)) / box.width - 1;
    const y = 1 - (2 * (event.clientY - box.top)) / box.height;
    return [this.limits.view * x, this.limits.view * y];
  }

  /* Keyboard ----------------------------------------------------------------------------------- */

  key(event) {
    const index = this.focusedMode();
    if (index < 0) return;
    const far = event.shiftKey ? 0.5 : 0.1;
    const by = { ArrowLeft: [-far, 0], ArrowRight: [far, 0], ArrowUp: [0, far], ArrowDown: [0, -far] }[event.key];
    if (by) {
      event.preventDefault();
      const [x, y] = this.modes[index];
      this.place(index, x + by[0], y + by[1]);
      this.say(`Mode ${index} at ${this.modes[index].join(", ")}.`);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.remove(index);
    }
  }

  focusedMode() {
    return modeOf(document.activeElement);
  }

  focus(index) {
    this.dots.children[index]?.focus({ preventScroll: true });
  }

  /* Modes -------------------------------------------------------------------------------------- */

  add(x, y) {
    const index = this.modes.length;
    if (index >= this.limits.modes) {
      this.say(`${index} modes are the most that can be drawn.`);
      return -1;
    }
    this.modes.push(this.snapped([x, y]));
    this.fresh = index;
    setTimeout(() => (this.fresh = undefined), 600);
    this.draw();
    this.focus(index);
    this.say(`Mode ${index} added at ${this.modes[index].join(", ")}.`);
    return index;
  }

  place(index, x, y) {
    const [atX, atY] = (this.modes[index] = this.snapped([x, y]));
    const dot = this.dots.children[index];
    dot.setAttribute("transform", `translate(${atX} ${-atY})`);
    dot.setAttribute("aria-label", described(index, [atX, atY]));
  }

  remove(index) {
    this.modes.splice(index, 1);
    this.draw();
    this.focus(Math.min(index, this.modes.length - 1));
    this.say(`Mode ${index} removed; ${this.modes.length} left.`);
  }

  clear() {
    this.modes = [];
    this.draw();
    this.say("No modes left. Click into the plane to add one.");
  }

  /* The next place along a sunflower's spiral that is not taken: for those without a mouse. */
  freePlace() {
    for (let step = 0; step < 200; step++) {
      const angle = 2.39996 * step;
      const radius = 0.3 * Math.sqrt(step);
      const [x, y] = [radius * Math.cos(angle), radius * Math.sin(angle)];
      if (Math.max(Math.abs(x), Math.abs(y)) > this.limits.view) break;
      if (this.modes.every(([mx, my]) => Math.hypot(mx - x, my - y) > 0.6)) return [x, y];
    }
    return [0, 0];
  }

  /* A place within the square, on a twentieth. */
  snapped(place) {
    const { view } = this.limits;
    const within = (value) => Math.max(-view, Math.min(view, value));
    return place.map((value) => Number((Math.round(within(value) / SNAP) * SNAP).toFixed(2)));
  }

  say(words) {
    write(this.told, words);
  }

  finish() {
    this.dialog.close();
    this.apply({ means: this.modes, stds: this.modes.map(() => this.std) });
  }
}

/* How many modes there are to begin with, and what of them the square could not hold. */
export function beginning(means, std, { modes: most, view, std: { low, high } }) {
  const kept = means.slice(0, most);
  const outside = kept.filter((place) => place.some((value) => Math.abs(value) > view)).length;
  const left = means.length - kept.length;
  const said = [`${plural(kept.length, "mode")} to begin with.`];
  if (left) said.push(`${plural(left, "more mode")} cannot be drawn: ${most} are the most.`);
  if (outside) said.push(`${plural(outside, "mode")} from beyond the square came to its edge.`);
  if (std < low || std > high) said.push(`Their width was ${settingNumber(std)}: ${settingNumber(std < low ? low : high)} is the ${std < low ? "least" : "most"}.`);
  return said.join(" ");
}

function modeOf(target) {
  const dot = target instanceof Element ? target.closest(".dot") : null;
  return dot ? Number(dot.dataset.index) : -1;
}

const described = (index, [x, y]) => `Mode ${index} at ${x}, ${y}. Arrow keys move it, Delete removes it.`;
