/* "Draw your own modes": a square of the plane on which a click adds a mode, dragging moves it, and
 * a double click or Delete removes it. By keyboard: Tab to a mode, arrows move it, Delete removes
 * it, and the button adds one. Places snap to a twentieth, so that the config stays readable. */

import { element, svg, write } from "../../page/assets/elements.js";

const HALF = 3; // the square is [-3, 3] in both directions
const SNAP = 0.05;
const MOST = 25;
const STD = { least: 0.02, most: 0.6 };

export class DrawTarget {
  /* `apply(target)` gets a config's target section. */
  constructor(dialog, apply) {
    this.dialog = dialog;
    this.apply = apply;
    this.modes = [];
    this.std = 0.1;
    this.build();
  }

  /* Open with some modes [[x, y], ...] to begin with; those outside of the square come to its edge. */
  open(means, std) {
    this.modes = means.slice(0, MOST).map(([x, y]) => [snapped(x), snapped(y)]);
    this.setStd(Math.max(STD.least, Math.min(STD.most, std || 0.1)));
    this.draw();
    this.say(`${this.modes.length} modes to begin with.`);
    this.dialog.showModal();
  }

  build() {
    this.plane = svg("svg", {
      viewBox: `${-HALF} ${-HALF} ${2 * HALF} ${2 * HALF}`,
      class: "plane",
      role: "group",
      "aria-label": "The plane, from -3 to 3 both ways",
    });
    this.lines = svg("g", { class: "plane-lines", "aria-hidden": "true" });
    for (let at = -2; at <= 2; at++) {
      this.lines.append(svg("path", { d: `M${at} ${-HALF}V${HALF}M${-HALF} ${at}H${HALF}`, class: at === 0 ? "axis" : null }));
    }
    this.dots = svg("g");
    this.plane.append(this.lines, this.dots);
    this.plane.addEventListener("pointerdown", (event) => this.press(event));
    this.plane.addEventListener("pointermove", (event) => this.move(event));
    this.plane.addEventListener("pointerup", () => this.release());
    this.plane.addEventListener("pointercancel", () => this.release());
    this.plane.addEventListener("dblclick", (event) => this.removeAt(event));
    this.plane.addEventListener("keydown", (event) => this.key(event));

    this.width = element("input", { type: "range", id: "draw-std", min: 0, max: 100, step: 1 });
    this.widthWords = element("output", { for: "draw-std" });
    this.width.addEventListener("input", () => {
      this.setStd(STD.least * (STD.most / STD.least) ** (this.width.value / 100));
      this.draw();
    });
    this.told = element("p", { class: "quiet told", role: "status" });
    this.applyButton = this.button("Play on these modes", () => this.finish(), "primary");
    this.dialog.append(
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
        this.button("Add a mode", () => this.add(...this.freePlace(), true)),
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
    this.width.value = Math.round((100 * Math.log(this.std / STD.least)) / Math.log(STD.most / STD.least));
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
        "aria-label": `Mode ${index} at ${x}, ${y}. Arrow keys move it, Delete removes it.`,
        data: { index },
        transform: `translate(${x} ${-y})`,
      },
      svg("circle", { r: Math.max(radius, 0.17), class: "reach" }),
      svg("circle", { r: radius, class: "ring" }),
      svg("circle", { r: 0.045, class: "middle" }),
      svg("text", { y: -Math.max(radius, 0.1) - 0.07, text: index }),
    );
  }

  /* Pointer ------------------------------------------------------------------------------------ */

  press(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    const held = modeOf(event.target);
    if (held >= 0) {
      this.held = held;
      this.focus(held);
    } else {
      this.held = this.add(...this.placeOf(event), true);
    }
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
      return Math.hypot(px - x, py - y) <= Math.max(3 * this.std, 0.17) + SNAP;
    });
    if (found >= 0 && found !== this.fresh) this.remove(found);
    this.fresh = undefined;
  }

  placeOf(event) {
    const box = this.plane.getBoundingClientRect();
    const x = (2 * (event.clientX - box.left)) / box.width - 1;
    const y = 1 - (2 * (event.clientY - box.top)) / box.height;
    return [HALF * x, HALF * y];
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
    const dot = this.dots.children[index];
    if (dot) dot.focus({ preventScroll: true });
  }

  /* Modes -------------------------------------------------------------------------------------- */

  add(x, y, focus) {
    if (this.modes.length >= MOST) {
      this.say(`${MOST} modes are the most that can be drawn.`);
      return -1;
    }
    this.modes.push([snapped(x), snapped(y)]);
    this.fresh = this.modes.length - 1;
    setTimeout(() => (this.fresh = undefined), 600);
    this.draw();
    if (focus) this.focus(this.modes.length - 1);
    this.say(`Mode ${this.modes.length - 1} added at ${this.modes[this.modes.length - 1].join(", ")}.`);
    return this.modes.length - 1;
  }

  place(index, x, y) {
    this.modes[index] = [snapped(x), snapped(y)];
    const [atX, atY] = this.modes[index];
    const dot = this.dots.children[index];
    dot.setAttribute("transform", `translate(${atX} ${-atY})`);
    dot.setAttribute("aria-label", `Mode ${index} at ${atX}, ${atY}. Arrow keys move it, Delete removes it.`);
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
      if (Math.max(Math.abs(x), Math.abs(y)) > HALF) break;
      if (this.modes.every(([mx, my]) => Math.hypot(mx - x, my - y) > 0.6)) return [x, y];
    }
    return [0, 0];
  }

  say(words) {
    write(this.told, words);
  }

  finish() {
    this.dialog.close();
    this.apply({ means: this.modes, stds: this.modes.map(() => this.std) });
  }
}

function modeOf(target) {
  const dot = target instanceof Element ? target.closest(".dot") : null;
  return dot ? Number(dot.dataset.index) : -1;
}

function snapped(value) {
  const within = Math.max(-HALF, Math.min(HALF, value));
  return Number((Math.round(within / SNAP) * SNAP).toFixed(2));
}
