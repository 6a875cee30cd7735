/* A game's past under its picture: the line of rounds, what happened last, and the way back. */

import { element, write } from "../../page/assets/elements.js";
import { captionOf } from "../../page/assets/events.js";
import { Timeline } from "../../page/assets/timeline.js";
import { Past } from "./past.js";

export class HistoryBar {
  /* `acts`: look(), to draw anew, branch(round) and rewind(round). */
  constructor({ place, label, acts }) {
    this.acts = acts;
    this.past = new Past();
    this.back = null; // the picture that is looked back at
    this.timeline = new Timeline(place, { label, seek: (at) => this.seek(at) });
    this.happened = element("p", "happened");
    const button = (text, title, click) => element("button", { type: "button", class: "button small", text, title, on: { click } });
    this.branch = button("Branch from here", "A copy of the game as it was in this round: what if?", () => acts.branch(this.back.round));
    this.rewind = button("Go back to here", "The game itself goes back, and forgets what came later", () => acts.rewind(this.back.round));
    this.now = button("Now", "Back to the game as it stands", () => this.leave());
    this.over = element("div", "looking-back", this.branch, this.rewind, this.now);
    this.over.hidden = true;
    place.append(this.happened, this.over);
  }

  /* What the server can do. */
  allow(can) {
    this.branch.hidden = !can.includes("branch");
    this.rewind.hidden = !can.includes("rewind");
  }

  setFull(isFull) {
    this.branch.disabled = isFull;
  }

  start(past = new Past()) {
    this.past = past;
    this.back = null;
    this.over.hidden = true;
  }

  seek(at) {
    const { items } = this.past.pictures;
    this.back = at < this.timeline.steps.length - 1 ? items[at] : null;
    this.show();
    this.acts.look();
  }

  leave() {
    this.back = null;
    this.show();
    this.timeline.slider.focus();
    this.acts.look();
  }

  /* Bring the line up to date: the past, and the present at its right end. */
  draw(live, total) {
    const { items } = this.past.pictures;
    const before = items.filter(({ round }) => round < live.round);
    const steps = [...before.map(({ round }) => round), live.round];
    const counts = [...before.map(({ count }) => count), live.count];
    this.timeline.setData({ steps, counts, total, events: this.past.events });
    this.show();
  }

  show() {
    const { steps, events } = this.timeline;
    const at = this.back ? nearestBefore(steps, this.back.round) : steps.length - 1;
    if (steps.length) this.timeline.setPlace(at);
    this.over.hidden = this.back === null;
    const until = this.back ? this.back.round : Infinity;
    const known = events.filter(({ round }) => round <= until);
    const latest = known.filter(({ round }) => round === known[known.length - 1].round);
    write(this.happened, captionOf(latest));
  }

  close() {
    this.timeline.close();
  }
}

function nearestBefore(steps, round) {
  const after = steps.findIndex((step) => step > round);
  return after < 0 ? steps.length - 1 : Math.max(0, after - 1);
}
