/* The two players as small figures, each with the one number that says how it fares. */

import { element, svg, write } from "./elements.js";

const path = (d, name) => svg("path", { d, class: name });
const circle = (cx, cy, r, name) => svg("circle", { cx, cy, r, class: name });

/** A forger with a beret and a moustache, and a note in the making. */
const forger = () => [
  circle(20, 22, 11, "skin"),
  path("M8.5 17c0-8 6-12 13.5-11.5 7.5.4 11.5 5.5 11.5 9.5-6-2.6-17-2.8-25 2z", "hat"),
  path("M21 5.5l1.8-3", "line"),
  circle(16, 21, 1.4, "dot"),
  circle(24.5, 21, 1.4, "dot"),
  path("M14 26c2.5-1.8 4.5-1.8 6.2 0 1.8-1.8 3.8-1.8 6.2 0", "line"),
  path("M28 30h11v8.5H28z", "note"),
  circle(33.5, 34.2, 2.2, "seal"),
];

/** A detective with a deerstalker, who looks through a glass. */
const detective = () => [
  circle(20, 22, 11, "skin"),
  path("M6 19.5c3.5-1 5-9.5 14-9.5s10.5 8.5 14 9.5c-9 1.8-19 1.8-28 0z", "hat"),
  path("M20 10V6.5M14 11.5l1.5 7M26 11.5l-1.5 7", "brim"),
  circle(16, 23, 1.4, "dot"),
  circle(27, 25, 6, "glass"),
  circle(26.5, 24.5, 1.8, "dot"),
  path("M31.5 29.5l6 6.5", "handle"),
  path("M14.5 29.5c1.5 1 3.5 1 5 .2", "line"),
];

const figure = (draw) => svg("svg", { viewBox: "0 0 40 40", class: "character", "aria-hidden": "true" }, ...draw());

export class Characters {
  constructor(parent) {
    const side = (name, draw, isCount) => {
      const number = element("b");
      const words = element("span");
      const said = isCount ? [number, " ", words] : [words, " ", number];
      const told = element("span", "character-told", element("span", { class: "character-name", text: name }), ...said);
      return { number, words, root: element("p", "character-side", figure(draw), told) };
    };
    this.forger = side("Forger", forger, true);
    this.detective = side("Detective", detective, false);
    this.root = element("div", "characters", this.forger.root, this.detective.root);
    parent.append(this.root);
  }

  /** `covered`: of each mode whether it is covered, or null; `detective`: [words, number] of it. */
  tell(covered, [words, number]) {
    write(this.forger.number, covered ? `${covered.filter(Boolean).length} of ${covered.length}` : "–");
    write(this.forger.words, covered && covered.length === 1 ? "kind of note" : "kinds of note");
    write(this.detective.number, number);
    write(this.detective.words, words);
  }
}

/** A detective's share of hits in words: [`caught`, `82 of 100`]; a critic has no verdicts. Only a true
    1 is 100 of 100, and only a true 0 is none. */
export function hits(share, words) {
  if (!Number.isFinite(share)) return ["it scores, and passes no verdict", ""];
  const [least, most] = [share > 0 ? 1 : 0, share < 1 ? 99 : 100];
  return [words, `${Math.min(Math.max(Math.round(100 * share), least), most)} of 100`];
}
