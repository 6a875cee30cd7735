/* What a page remembers of a game: some of its pictures, and what happened. */

import { inOrder, Watcher } from "../../page/assets/events.js";
import { Thinned } from "../../page/assets/thinned.js";

const MOST_PICTURES = 160;
const MOST_EVENTS = 300;
const HOLD = 4; // evaluations that must agree: they come some times a second

export class Past {
  constructor(pictures = new Thinned(MOST_PICTURES), events = []) {
    this.pictures = pictures;
    this.events = events;
    this.watcher = new Watcher({ hold: HOLD });
    this.seen = -1; // the round of the latest evaluation
  }

  /** Remember a picture; returns what happened, as far as it shows that. `metrics` are null where
      they are of other modes. */
  take(header, arrays, metrics) {
    this.pictures.push({ round: header.round, header, arrays, count: countOf(metrics) });
    const news = this.watch(header, metrics);
    if (Number.isFinite(header.diverged_at) && !this.events.some(({ kind }) => kind === "diverged")) {
      news.push({ round: header.diverged_at, kind: "diverged" });
    }
    this.add(news);
    return news;
  }

  watch({ caught }, metrics) {
    if (!metrics || metrics.round <= this.seen) return [];
    this.seen = metrics.round;
    const right = caught ? (caught.forged + caught.real) / 2 : null;
    return this.watcher.see({ round: metrics.round, covered: metrics.covered, shares: metrics.shares, right });
  }

  /** Something was done to the game. */
  changed(round, words) {
    this.add([{ round, kind: "changed", words }]);
  }

  add(news) {
    if (news.length) this.events = inOrder([...this.events, ...news]).slice(-MOST_EVENTS);
  }

  /** The same past up to a round, of a game that goes another way from there. */
  until(round) {
    return new Past(this.pictures.until(round), this.events.filter((event) => event.round <= round));
  }
}

const countOf = (metrics) => (metrics ? metrics.covered.filter(Boolean).length : null);
