/* The field of the seed: what is typed there begins all games anew, or it is said beside it why not. */

import { byId, write } from "../../page/assets/elements.js";
import { refusal, staysAt } from "./admitted.js";

export class SeedField {
  /* `reseed(seed)` begins with another one. */
  constructor(reseed) {
    this.reseed = reseed;
    this.field = byId("seed");
    this.shown = null; // what the arena says; null while nothing is known
    byId("seed-form").addEventListener("submit", (event) => event.preventDefault());
    this.field.addEventListener("change", () => this.take());
    this.field.addEventListener("blur", () => this.leave());
  }

  limit(most) {
    this.field.max = most;
  }

  /* What the arena plays with; what is being typed is let alone. */
  show(seed) {
    this.shown = seed;
    if (document.activeElement !== this.field) this.field.value = seed;
  }

  get why() {
    const limits = { least: 0, most: Number(this.field.max), kind: "whole" };
    return this.shown === null ? "" : refusal(this.field.value, limits, this.field.validity.badInput);
  }

  take() {
    const { why } = this;
    this.say(why);
    if (!why && this.shown !== null) this.reseed(Number(this.field.value));
  }

  leave() {
    const { why } = this;
    if (!why) return;
    this.say(staysAt(why, this.shown));
    this.field.value = this.shown;
  }

  say(words) {
    write(byId("seed-why"), words);
    byId("seed-why").hidden = !words;
  }
}
