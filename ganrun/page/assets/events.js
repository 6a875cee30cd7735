/* What happens in a game, found in its rounds, for the arena as it goes and for a report of the whole.
   What flickers is told a few times and then summed up, so that nobody is told it a hundred times. */

import { listed, thousands } from "./wording.js";

const LOSSES_TOLD = 2; // of one mode; at the next it is said to come and go, and then no more
const STEADY = 20; // rows that a mode stays as it is before it is told of again
const SURE = { from: 0.95, until: 0.85 }; // how often a detective is right who catches nearly all
const GUESSING = { from: 0.55, until: 0.65 }; // and one who can hardly tell

/* Kinds of events: their words, of modes or of the game, and how a line of rounds marks them. */
export const KINDS = {
  found: { one: "is found", many: "are found", mark: "up", tone: "good" },
  back: { one: "comes back", many: "come back", mark: "up", tone: "good" },
  lost: { one: "is lost: hardly a note any more", many: "are lost: hardly a note any more", mark: "down", tone: "bad" },
  last: { one: "gets its last note", many: "get their last notes", mark: "down", tone: "bad" },
  restless: { one: "comes and goes from here on", many: "come and go from here on", mark: "both", tone: "warn" },
  sure: { words: "the detective catches nearly all of them", mark: "dot", tone: "detective" },
  guessing: { words: "the detective can hardly tell real from forged", mark: "dot", tone: "detective" },
  changed: { mark: "bar", tone: "changed" },
  diverged: { words: "a number stops being finite, and the game stands still", mark: "cross", tone: "bad" },
};

/** Events as they come, row by row. A row is {round, covered: [K] (null: no samples show that mode),
    shares?: [K], right?: how often the detective is right, from 0 to 1}; an event is {round, kind},
    with `mode` or its own `words`. `hold` rows must agree before a change is told. */
export class Watcher {
  constructor({ hold = 2 } = {}) {
    this.hold = hold;
    this.modes = [];
    this.detective = new DetectiveWatch(hold);
  }

  /** What the row lets one tell, of its own round or of an earlier one. */
  see({ round, covered, shares, right }) {
    if (this.modes.length !== covered.length) {
      this.modes = covered.map((_, mode) => new ModeWatch(mode, this.hold));
    }
    const ofModes = this.modes.flatMap((mode, k) => mode.see(round, covered[k], shares ? shares[k] : null));
    return [...ofModes, ...this.detective.see(round, right)];
  }
}

/** All events of some rows, by their rounds. */
export function eventsOf(rows, options) {
  const watcher = new Watcher(options);
  return inOrder(rows.flatMap((row) => watcher.see(row)));
}

export const inOrder = (events) => [...events].sort((one, other) => one.round - other.round);

/** What happened, in words that begin with the rounds: `Round 312: mode 3 gets its last note.` */
export function captionOf(events) {
  const rounds = new Map();
  for (const event of events) rounds.set(event.round, [...(rounds.get(event.round) || []), event]);
  const sentences = [...rounds].map(([round, there]) => `Round ${thousands(round)}: ${togetherWords(there)}.`);
  return sentences.join(" ");
}

/** Some events of one round: `modes 3 and 4 are found; mode 1 is lost`. */
function togetherWords(events) {
  const kinds = [...new Set(events.map(({ kind }) => kind))];
  return kinds.map((kind) => kindWords(kind, events.filter((event) => event.kind === kind))).join("; ");
}

function kindWords(kind, events) {
  const { one, many, words } = KINDS[kind];
  if (!one) return words || listed(events.map((event) => event.words));
  const modes = events.map(({ mode }) => mode);
  return modes.length === 1 ? `mode ${modes[0]} ${one}` : `modes ${listed(modes)} ${many}`;
}

/** How long a film should stay at each of its steps, where 1 is as long as usual: longer where
    something happens at it or next to it, shorter where nothing does. */
export function staysOf(steps, events) {
  const happens = steps.map(() => 0);
  for (const { round } of events) {
    const at = steps.findIndex((step) => step >= round);
    if (at >= 0) happens[at] = 1;
  }
  const near = (n) => (happens[n - 1] || 0) + (happens[n + 1] || 0);
  return happens.map((here, n) => (here ? 3 : near(n) ? 1.2 : 0.5));
}

class ModeWatch {
  constructor(mode, hold) {
    this.mode = mode;
    this.hold = hold;
    this.told = null; // whether it is covered, as far as was told
    this.state = { covered: null, since: 0, rows: 0 };
    this.wasFound = false;
    this.printed = null; // the last round with a note of this mode
    this.blanks = 0; // rows since then
    this.losses = 0;
    this.isRestless = false;
    this.isOver = false; // its last note has been told
  }

  see(round, covered, share) {
    if (covered === null) return [];
    this.count(round, share);
    if (covered === this.state.covered) this.state.rows += 1;
    else this.state = { covered, since: round, rows: 1 };
    if (this.told === null) {
      this.told = this.wasFound = covered;
      return [];
    }
    const enough = this.isRestless ? STEADY : this.hold;
    if (covered !== this.told && this.state.rows >= enough) return this.turn();
    if (this.isRestless && this.state.rows >= STEADY) this.calm();
    return this.lastNote();
  }

  count(round, share) {
    this.blanks = share === 0 ? this.blanks + 1 : 0;
    if (share > 0) this.printed = round;
  }

  turn() {
    if (this.isRestless) this.calm();
    this.told = this.state.covered;
    return [this.told ? this.found() : this.lost()];
  }

  calm() {
    this.isRestless = false;
    this.losses = 0;
  }

  found() {
    const kind = this.wasFound ? "back" : "found";
    this.wasFound = true;
    this.isOver = false;
    return this.event(kind, this.state.since);
  }

  lost() {
    this.losses += 1;
    this.isRestless = this.losses > LOSSES_TOLD;
    if (this.isRestless) return this.event("restless", this.state.since);
    this.isOver = this.blanks >= this.state.rows && this.printed !== null;
    return this.isOver ? this.event("last", this.printed) : this.event("lost", this.state.since);
  }

  /** A mode that was lost gets no note at all any more. */
  lastNote() {
    const isGone = this.wasFound && !this.told && !this.isRestless && this.blanks >= this.hold;
    if (!isGone || this.isOver || this.printed === null) return [];
    this.isOver = true;
    return [this.event("last", this.printed)];
  }

  event(kind, round) {
    return { round, kind, mode: this.mode };
  }
}

class DetectiveWatch {
  constructor(hold) {
    this.hold = hold;
    this.told = "even";
    this.state = { word: "even", since: 0, rows: 0 };
    this.turns = 0;
  }

  see(round, right) {
    if (!Number.isFinite(right)) return [];
    const word = this.read(right);
    if (word === this.state.word) this.state.rows += 1;
    else this.state = { word, since: round, rows: 1 };
    // The oftener it has turned, the longer it must stay to be told of again.
    if (word === this.told || this.state.rows < this.hold * 2 ** Math.min(this.turns, 5)) return [];
    this.told = word;
    if (word === "even") return [];
    this.turns += 1;
    return [{ round: this.state.since, kind: word }];
  }

  read(right) {
    if (right >= (this.told === "sure" ? SURE.until : SURE.from)) return "sure";
    if (right <= (this.told === "guessing" ? GUESSING.until : GUESSING.from)) return "guessing";
    return "even";
  }
}
