/* The one knob that a lesson reveals: a control like those of the settings, under a name of the lesson's. */

import { element } from "../../page/assets/elements.js";
import { fieldOf } from "./config_words.js";
import { RuleControls } from "./rule_controls.js";

/* What a game's knob is at; of what is there or not, whether it is. */
export const knobValue = ({ field }, config) => (field ? fieldOf(config, field) : config.seeds);

export class LessonKnobs {
  /* `controls` are the settings; `reseed()` begins with another seed. */
  constructor(controls, reseed) {
    this.controls = controls;
    this.reseed = reseed;
    this.made = new Map(); // a control follows the games from when it is made, so each is made once
  }

  /* Made anew for what another schema declares. */
  forget() {
    this.made.clear();
  }

  of({ field, label, seed }) {
    if (seed) return element("button", { type: "button", class: "button", text: label, on: { click: this.reseed } });
    if (!this.made.has(field)) this.made.set(field, element("div", { class: "lesson-knob" }, ...this.control(field, label)));
    return this.made.get(field);
  }

  control(field, label) {
    const declared = this.controls.fields.get(field);
    if (declared.kind === "number" || declared.kind === "whole") return [this.controls.number(declared, { label })];
    return new RuleControls(this.controls, []).parts({ ...declared, label });
  }
}
