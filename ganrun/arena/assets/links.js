/* Links to what is on the stage: made, copied, read and opened. */

import { overridesOf, readText, textOf } from "./lesson_link.js";
import { listenToLinks } from "./link_dialog.js";
import { LinkOpening } from "./link_opening.js";
import { LESSONS } from "./lessons.js";

export class Links {
  /* `server()` is the newest state, `choose(null)` lets go of a chosen game, `complain(words)` says
   * why a link in the page's address is not opened. */
  constructor({ server, games, controls, lessons, panels, say, choose, complain }) {
    Object.assign(this, { server, games, controls, lessons, panels, say, choose, complain });
    this.opening = null; // a link whose games are on their way to its round
    this.show = listenToLinks({ text: () => this.text(), open: (told) => this.open(told) });
    window.addEventListener("hashchange", () => this.server() && this.openAddress());
  }

  /* What is on the stage; null where no link can say it. */
  text() {
    const { games, seed, rounds_per_second: speed } = this.server();
    const staged = games.map(({ label, config }) => ({ label, overrides: overridesOf(config, this.controls.schema) }));
    if (staged.some(({ overrides }) => overrides === null)) return null;
    const rounds = [...this.games.cards.values()].map(({ lastRound }) => Math.max(0, lastRound));
    const lesson = this.panels.lessons ? this.lessons.lesson.id : null;
    return textOf({ lesson, seed, round: Math.min(...rounds), speed, games: staged });
  }

  /* What the page's own address says behind its `#`, once: it is taken from there, so that a page that
   * is loaded again does not begin again. */
  openAddress() {
    const { hash } = location;
    if (!hash.includes("=")) return;
    history.replaceState(null, "", location.pathname + location.search);
    const { told, why } = readText(hash);
    if (told) this.open(told);
    else this.complain(`This link cannot be opened. ${why}`);
  }

  open({ lesson, games, ...told }) {
    if (lesson) this.panels.openLessons();
    if (!games) {
      this.lessons.open(Math.max(0, LESSONS.findIndex(({ id }) => id === lesson)));
      return;
    }
    this.choose(null);
    if (lesson) this.lessons.adopt(lesson, new Set(this.server().games.map(({ id }) => id)));
    const { schema } = this.controls;
    this.opening = new LinkOpening({ ...told, games }, { say: this.say, usual: this.controls.defaults(), state: this.server(), can: schema.can || [] });
  }

  setState(state) {
    this.follow((one) => one.setState(state));
  }

  heed(header) {
    this.follow((one) => one.heed(header));
  }

  /* Something that was asked for was not done. */
  refuse() {
    this.follow((one) => one.refuse());
  }

  follow(tell) {
    if (this.opening) tell(this.opening);
    if (this.opening?.isOver) this.opening = null;
  }
}
