/* The lessons beside the games: a story and a question, the game that answers it, and a mission. */

import { element, write } from "../../page/assets/elements.js";
import { recall, remember } from "../../page/assets/storage.js";
import { knobValue } from "./lesson_knob.js";
import { LESSONS, isPlayable } from "./lessons.js";
import { begun, heeded } from "./mission.js";
import { ModeMarks } from "./mode_marks.js";
import { chosen, judged, measuredAt, options, outcome, progress } from "./prediction.js";
import { explainedText } from "./terms.js";

const DONE = "arena-missions"; // under which the browser keeps those that were done
const ELSEWHERE = "Another game is on the stage now; this lesson is about its own.";
const NOT_HERE = "This page cannot play the games of this lesson.";
const NONE = "none";

/* What a lesson is about: other rates and seeds are part of it, another objective or target is not. */
const rulesOf = (one) => one && JSON.stringify([one.config.objective, one.config.target]);

export class LessonPanel {
  /* `acts`: stage(games, speed), play(), pause(); `cardOf(id)` is a game's element; `knobs` are those
   * that missions reveal. */
  constructor({ steps, body, acts, cardOf, knobs }) {
    Object.assign(this, { body, acts, cardOf, knobs });
    this.state = { games: [], playing: false };
    this.schema = null;
    this.guess = null; // null: none was made; empty: that nothing will be
    this.mission = begun();
    this.pictures = new Map();
    this.own = new Map(); // the lesson's games on the stage -> their rules
    this.before = null; // while games are being staged, the ids of those that they replace
    this.partsOf = {
      invite: () => this.inviteParts(),
      ask: () => this.askParts(),
      watch: () => this.watchParts(),
      told: () => this.toldParts(),
      mission: () => this.missionParts(),
    };
    this.done = new Set(JSON.parse(recall(DONE) || "[]"));
    this.marks = new ModeMarks((mode) => this.choose(mode));
    this.tabs = LESSONS.map((lesson, index) => this.tab(lesson, index));
    steps.append(...this.tabs.map((tab) => element("li", {}, tab)));
    this.show(0);
  }

  tab({ title }, index) {
    return element("button", { type: "button", class: "bare lesson-step", title, text: index + 1, on: { click: () => this.open(index) } });
  }

  get lesson() {
    return LESSONS[this.index];
  }

  /* What comes from the arena ------------------------------------------------------------------ */

  learn(schema) {
    this.schema = schema;
    this.knobs.forget();
    this.render();
  }

  setState(state) {
    const wasPlaying = this.state.playing;
    this.state = state;
    if (this.before) {
      if (state.games.some(({ id }) => this.before.has(id))) return;
      this.before = null;
      this.own = new Map(state.games.map((one) => [one.id, rulesOf(one)]));
      this.pictures.clear();
      this.render();
    } else if (this.own.size && ![...this.own].every(([id, rules]) => rulesOf(state.games.find((one) => one.id === id)) === rules)) {
      this.own = new Map();
      this.enter("invite", ELSEWHERE);
    } else if (this.phase === "ask" && state.playing && !wasPlaying && this.own.size) this.enter("watch");
  }

  heed(header) {
    if (!this.own.has(header.game)) return;
    this.pictures.set(header.game, header);
    if (this.phase === "watch") this.look();
    else if (this.phase === "mission") this.check(header);
  }

  /* The pictures of the lesson's games, in their order. */
  get seen() {
    return [...this.own.keys()].map((id) => this.pictures.get(id));
  }

  /* The course of a lesson --------------------------------------------------------------------- */

  /* By its number; its games come at once where that takes nobody's away. */
  open(index) {
    const isFree = this.own.size > 0;
    this.show(index);
    if (isFree && this.isPlayable) this.begin();
  }

  show(index) {
    this.index = index;
    this.own = new Map();
    this.enter("invite");
  }

  /* By its name, with games that somebody else has staged. */
  adopt(id, before) {
    this.index = Math.max(0, LESSONS.findIndex((one) => one.id === id));
    this.before = before;
    this.guess = null;
    this.enter("watch");
  }

  get isPlayable() {
    return this.schema === null || isPlayable(this.lesson, this.schema);
  }

  stage(games, phase) {
    this.before = new Set(this.state.games.map(({ id }) => id));
    this.own = new Map();
    this.guess = null;
    this.mission = begun();
    this.enter(phase);
    this.acts.stage(games, this.lesson.speed);
  }

  begin = () => this.stage(this.lesson.games, "ask");
  takeOn = () => this.stage(this.lesson.mission.games, "mission");

  choose(value) {
    const { foresee } = this.lesson;
    this.guess = value === NONE ? (this.guess?.length === 0 ? null : []) : chosen(foresee, this.guess ?? [], value);
    if (this.guess.length === 0 && value !== NONE) this.guess = null;
    this.showGuess();
  }

  look() {
    const { foresee } = this.lesson;
    const came = outcome(foresee, this.seen);
    if (this.bar) this.bar.value = progress(foresee, this.seen);
    if (came === null) return;
    this.acts.pause();
    this.judgement = judged({ ...foresee, round: measuredAt(this.seen) }, this.guess, came);
    this.enter("told");
  }

  check(header) {
    const { mission } = this.lesson;
    const game = this.state.games.find(({ id }) => id === header.game);
    const { metrics } = header;
    if (!game || !metrics) return;
    const seen = { id: header.game, round: metrics.round, covered: metrics.covered, seed: this.state.seed, touched: game.touched, value: knobValue(mission.knob, game.config) };
    const wasDone = this.isDone;
    this.mission = heeded(this.mission, mission.goal, seen);
    write(this.words, this.mission.words);
    if (this.isDone && !wasDone) this.finish();
  }

  get isDone() {
    return this.mission.isDone || Boolean(this.mission.isReached);
  }

  finish() {
    this.done.add(this.lesson.id);
    remember(DONE, JSON.stringify([...this.done]));
    this.enter("mission");
  }

  /* What is shown ------------------------------------------------------------------------------ */

  enter(phase, note = "") {
    this.phase = phase;
    this.note = note;
    this.render();
  }

  render() {
    const hadFocus = this.body.contains(document.activeElement);
    this.showSteps();
    const { title, text } = this.lesson;
    const heading = element("h2", { text: `${this.index + 1}. ${title}` });
    const story = text.flatMap(explainedText);
    const isNew = this.phase === "invite" || this.phase === "ask";
    const told = isNew ? story : [element("details", { class: "lesson-story" }, element("summary", { text: "The story again" }), ...story)];
    this.body.replaceChildren(heading, ...told, ...this.partsOf[this.phase]());
    this.body.dataset.phase = document.body.dataset.lessonPhase = this.phase;
    this.showMarks();
    if (hadFocus) (this.body.querySelector(".primary:enabled") || this.body.querySelector(".button"))?.focus();
  }

  showSteps() {
    this.tabs.forEach((tab, at) => {
      const { id, title } = LESSONS[at];
      const isDone = this.done.has(id);
      tab.classList.toggle("done", isDone);
      tab.setAttribute("aria-label", `Lesson ${at + 1}: ${title}${isDone ? ", mission done" : ""}`);
      if (at === this.index) tab.setAttribute("aria-current", "step");
      else tab.removeAttribute("aria-current");
    });
  }

  button(text, act, kind = "") {
    return element("button", { type: "button", class: `button ${kind}`, text, on: { click: act } });
  }

  buttons(...buttons) {
    return element("p", { class: "lesson-buttons" }, ...buttons);
  }

  next(kind) {
    const next = LESSONS[this.index + 1];
    return next && this.button(`Next: ${next.title}`, () => this.open(this.index + 1), kind);
  }

  inviteParts() {
    if (!this.isPlayable) return [element("p", { class: "lesson-note", text: NOT_HERE })];
    const begin = this.button("Begin", this.begin, "primary");
    begin.id = "lesson-begin";
    return [this.note && element("p", { class: "lesson-note", role: "status", text: this.note }), this.buttons(begin)].filter(Boolean);
  }

  askParts() {
    const { foresee } = this.lesson;
    const onPicture = foresee.kind === "modes" ? "Press the rings in the picture, or these." : "";
    this.choices = element("div", { class: "choices", data: { kind: foresee.kind } });
    this.play = this.button("", this.acts.play, "primary");
    this.play.id = "lesson-play";
    this.showGuess();
    return [
      element("fieldset", { class: "foresee" }, element("legend", { text: foresee.question }), this.choices, onPicture && element("p", { class: "quiet small", text: onPicture })),
      this.buttons(this.play),
    ];
  }

  showGuess() {
    const { foresee } = this.lesson;
    const focused = this.choices.contains(document.activeElement) ? document.activeElement.dataset.value : undefined;
    const none = foresee.kind === "count" ? [] : [[NONE, "none"]];
    const isChosen = (value) => this.guess !== null && (value === NONE ? this.guess.length === 0 : this.guess.includes(value));
    const choices = [...options(foresee, this.state.games), ...none].map(([value, text]) =>
      element("button", {
        type: "button",
        class: isChosen(value) ? "button good" : "button",
        text,
        "aria-pressed": String(isChosen(value)),
        data: { value: String(value) },
        on: { click: () => this.choose(value) },
      }),
    );
    this.choices.replaceChildren(...choices);
    if (focused !== undefined) choices.find((one) => one.dataset.value === focused)?.focus();
    write(this.play, this.guess === null ? "Just play" : "Play and see");
    this.showMarks();
  }

  showMarks() {
    const { kind, game } = this.lesson.foresee;
    const id = [...this.own.keys()][game];
    const card = kind === "modes" && this.phase !== "invite" && this.phase !== "mission" ? this.cardOf(id) : null;
    const staged = this.state.games.find((one) => one.id === id);
    if (card && staged) this.marks.show(card.querySelector(".picture"), staged.target, this.guess ?? [], this.phase === "ask");
    else this.marks.hide();
  }

  watchParts() {
    const { foresee, look } = this.lesson;
    this.bar = element("progress", { max: 1, value: progress(foresee, this.seen), "aria-label": "Until it is told" });
    const again = this.button("Once more", this.begin);
    return [this.bar, element("h3", { text: "What to look for" }), element("ul", {}, ...look.map((text) => element("li", { text }))), this.buttons(again)];
  }

  toldParts() {
    const { isRight, words } = this.judgement;
    const { told, mission } = this.lesson;
    return [
      element("p", { class: `lesson-result ${isRight ? "right" : ""}`, role: "status", text: words }),
      element("p", { text: told }),
      element("div", { class: "lesson-mission" }, element("h3", { text: "Now you" }), element("p", { text: mission.words }), this.buttons(this.button("Take it on", this.takeOn, "primary"))),
      this.buttons(this.button("Play on", this.acts.play), this.button("Once more", this.begin), this.next("")),
    ];
  }

  missionParts() {
    const { mission } = this.lesson;
    this.words = element("p", { class: "lesson-progress", role: "status", text: this.mission.words || "Play when you are ready." });
    const isDone = this.isDone;
    return [
      element(
        "div",
        { class: `lesson-mission ${isDone ? "done" : ""}` },
        element("h3", { text: isDone ? "Done" : "Your mission" }),
        element("p", { text: mission.words }),
        this.schema && this.knobs.of(mission.knob),
        this.words,
        element("details", {}, element("summary", { text: "A hint" }), element("p", { text: mission.hint })),
      ),
      this.buttons(isDone ? this.next("primary") : this.button("Play", this.acts.play, "primary"), this.button("Start over", this.takeOn), !isDone && this.next("")),
    ];
  }
}
