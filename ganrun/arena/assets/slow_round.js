/* One round in slow motion, part by part; the two players' steps are the server's single steps. */

import { element, write } from "../../page/assets/elements.js";
import { hits } from "../../page/assets/characters.js";

/* Each part: what is asked of the server for it, the view of the game, and a sentence. */
export const PARTS = [
  {
    title: "Noise",
    view: { noise: true, noField: true },
    words: () => "Points drawn at random: noise. The forger has nothing else to begin with.",
  },
  {
    title: "Notes",
    view: { real: true, noField: true },
    words: () => "The forger turns each of them into a note, a dot. The diamonds are real notes; the forger never sees them.",
  },
  {
    title: "Verdicts",
    step: "discriminator",
    view: { real: true, stamps: true },
    words: ({ caught }) =>
      caught
        ? `The detective looks at both, learns, and crosses out what it takes for forged: it caught ${hits(caught.forged)[1]}.`
        : "The detective looks at both, learns, and gives every place a score. It is a critic: it crosses nothing out.",
  },
  {
    title: "Push",
    view: { arrows: true },
    words: () => "The slope of its opinion says which way a note would look more real. That is all the forger is told.",
  },
  {
    title: "New forger",
    step: "generator",
    view: {},
    words: () => "The forger has learned a step along the arrows, and the same noise makes other notes. Then it begins again.",
  },
];

export class SlowRound {
  /* `acts`: step(player), show() to draw anew, end(). */
  constructor(parent, acts) {
    this.acts = acts;
    this.at = 0;
    this.header = {};
    this.marks = PARTS.map(({ title }) => element("li", { text: title }));
    this.sentence = element("p", { class: "slow-words", role: "status" });
    const button = (text, keys, click) => element("button", { type: "button", class: "button", text, "aria-keyshortcuts": keys, on: { click } });
    this.next = button("Next", "o", () => this.advance());
    this.leave = button("Leave", "Escape", () => this.end());
    this.root = element(
      "div",
      { class: "slow-round", role: "group", "aria-label": "One round in slow motion" },
      element("ol", "slow-parts", ...this.marks),
      this.sentence,
      element("p", "slow-buttons", this.next, this.leave),
    );
    parent.append(this.root);
    this.show();
    this.next.focus({ preventScroll: true });
    parent.closest(".picture").scrollIntoView({ block: "nearest" });
  }

  get view() {
    return PARTS[this.at].view;
  }

  advance() {
    this.at = (this.at + 1) % PARTS.length;
    const { step } = PARTS[this.at];
    if (step) this.acts.step(step);
    this.show();
  }

  show() {
    this.marks.forEach((mark, at) => {
      mark.classList.toggle("lit", at === this.at);
      if (at === this.at) mark.setAttribute("aria-current", "step");
      else mark.removeAttribute("aria-current");
    });
    write(this.next, this.at === PARTS.length - 1 ? "Another round" : "Next");
    this.tell(this.header);
    this.acts.show();
  }

  /* The newest picture's header. */
  tell(header) {
    this.header = header;
    write(this.sentence, PARTS[this.at].words(header));
  }

  end() {
    this.root.remove();
    this.acts.end();
  }
}
