/* Which panels stand beside the games: the lessons, or the settings, or both. During a lesson the
 * settings are put away, and a card says no more than the lesson asks for, until one asks for it. */

import { byId } from "../../page/assets/elements.js";
import { recall, remember } from "../../page/assets/storage.js";

export class Panels {
  constructor() {
    this.lessons = recall("arena-tour") !== "closed";
    this.settings = !this.lessons;
    this.numbers = recall("arena-numbers") === "shown";
    byId("lessons-toggle").addEventListener("click", () => this.toggleLessons());
    byId("settings-toggle").addEventListener("click", () => this.toggleSettings());
    byId("show-numbers").addEventListener("change", () => this.showNumbers(byId("show-numbers").checked));
    byId("show-numbers").checked = this.numbers;
    this.show();
  }

  toggleLessons() {
    this.lessons = !this.lessons;
    this.settings = !this.lessons;
    remember("arena-tour", this.lessons ? "open" : "closed");
    this.show();
  }

  openLessons() {
    if (!this.lessons) this.toggleLessons();
  }

  toggleSettings() {
    this.settings = !this.settings;
    this.show();
  }

  showNumbers(isShown) {
    this.numbers = isShown;
    remember("arena-numbers", isShown ? "shown" : "hidden");
    this.show();
  }

  show() {
    byId("lessons").hidden = !this.lessons;
    byId("controls").hidden = !this.settings;
    byId("beside").hidden = !this.lessons && !this.settings;
    byId("lessons-toggle").setAttribute("aria-expanded", String(this.lessons));
    byId("settings-toggle").setAttribute("aria-expanded", String(this.settings));
    document.body.classList.toggle("in-lesson", this.lessons);
    document.body.classList.toggle("plain-cards", this.lessons && !this.numbers);
  }
}
