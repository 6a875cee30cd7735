/* Marks over a game's picture, one for each mode: buttons while a guess is made, then what was
 * guessed, to be seen beside what comes. */

import { element } from "../../page/assets/elements.js";

/* Where a point of the plane lies on a square picture of the window, in per cent from its left and top. */
export function placeIn([x0, x1, y0, y1], { x, y }) {
  const side = Math.max(x1 - x0, y1 - y0);
  return [50 + (100 * (x - (x0 + x1) / 2)) / side, 50 - (100 * (y - (y0 + y1) / 2)) / side];
}

export class ModeMarks {
  /* `press(mode)` is called where one is pressed. */
  constructor(press) {
    this.press = press;
    this.element = element("div", { class: "mode-marks", role: "group", "aria-label": "Your guess, on the picture" });
  }

  /* Lie over a picture, for these modes; `guess` are those that are marked. */
  show(picture, { extent, modes }, guess, isOpen) {
    const marks = modes.map((mode, index) => {
      const isGuessed = guess.includes(index);
      if (!isOpen && !isGuessed) return null;
      const [left, top] = placeIn(extent, mode);
      const mark = isOpen
        ? element("button", {
            type: "button",
            class: "mode-mark",
            "aria-pressed": String(isGuessed),
            "aria-label": `Kind ${index}`,
            text: index,
            data: { mode: String(index) },
            on: { click: () => this.press(index) },
          })
        : element("span", { class: "mode-mark guessed", title: `You said that kind ${index} would be missing`, text: "✕", "aria-hidden": "true" });
      mark.style.left = `${left}%`;
      mark.style.top = `${top}%`;
      return mark;
    });
    const focused = this.element.contains(document.activeElement) ? document.activeElement.dataset.mode : undefined;
    this.element.replaceChildren(...marks.filter(Boolean));
    if (this.element.parentElement !== picture) picture.append(this.element);
    if (focused !== undefined) this.element.querySelector(`[data-mode="${focused}"]`)?.focus();
  }

  hide() {
    this.element.remove();
  }
}
