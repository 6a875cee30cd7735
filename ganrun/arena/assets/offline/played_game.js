/* One game that is played with: its events, the states that it was kept in, and how it is looked at.
 *
 * Its first config, its seed and its events decide it to the last bit, so it can go back to any round. */

import { factsOf, fieldOf } from "../engine/facts.js";
import { Game } from "../engine/game.js";
import { drawnModes, mixtureOf } from "../engine/mixture.js";
import { SIZES, measured, viewOf } from "../engine/views.js";
import { KeptStates } from "./kept_states.js";
import { SettingError } from "./settings.js";

export const STEP = "step"; // an event's field where a player took a step alone
const MOST_EVENTS = 20_000;
export const MOST_ROUNDS = 10_000_000;

export class PlayedGame {
  /* `context` = {settings, objectives}: what may be set, and what is known of objectives. */
  constructor(start, context) {
    this.context = context;
    const { settings, objectives } = context;
    this.declared = {
      defaultsOf: (...of) => settings.defaultsOf(...of),
      undecided: Object.fromEntries(Object.entries(objectives).map(([name, { middle }]) => [name, middle])),
    };
    this.begin(start);
  }

  /* Go back to round 0, of this config. */
  begin(start) {
    this.start = this.now = this.inForce = start;
    this.events = [];
    this.kept = new KeptStates();
    this.adopt(null);
    this.measureAnew();
  }

  get round() {
    return this.game.round;
  }

  get divergedAt() {
    return this.game.divergedAt;
  }

  get touched() {
    return this.events.length > 0;
  }

  get canGoOn() {
    return this.divergedAt === null && this.round < MOST_ROUNDS;
  }

  // Playing

  advance(stop) {
    while (this.round < Math.min(stop, MOST_ROUNDS) && this.divergedAt === null) {
      this.game.playRound();
      if (this.divergedAt === null) this.kept.addIfDue(this.round, () => this.record);
    }
  }

  get record() {
    return { round: this.round, config: this.inForce, state: this.game.state };
  }

  stepAlone(player) {
    this.note({ round: this.round, field: STEP, value: player }, null);
    this.game.stepAlone(player);
    this.measurement = null;
  }

  // Changing

  /* Give a field another value from here on; whether that changed anything. Throws `SettingError`. */
  set(field, value) {
    const wanted = this.context.settings.changed(this.now, field, value);
    if (isSame(wanted, this.now)) return false;
    if (this.divergedAt !== null) {
      this.now = wanted;
      return true;
    }
    if (this.round === 0 && !this.touched) {
      this.begin(wanted);
      return true;
    }
    this.note({ round: this.round, field, value: fieldOf(wanted, field) ?? null }, wanted);
    this.become(wanted);
    return true;
  }

  /* Add an event; of a slider's many values at one round only the last is kept. */
  note(event, wanted) {
    const last = this.events.at(-1);
    const isSamePlace = last && last.round === event.round && last.field === event.field && event.field !== STEP;
    if (isSamePlace && wanted && isSame(this.factsOf(wanted), this.factsOf(this.now))) {
      this.events[this.events.length - 1] = event;
      return;
    }
    if (this.events.length >= MOST_EVENTS) throw new SettingError(`more than ${MOST_EVENTS.toLocaleString("en")} changes: reset the game to go on`);
    this.events.push(event);
  }

  /* Do again what an event says. */
  apply(event) {
    this.events.push(event);
    if (event.field === STEP) {
      this.game.stepAlone(event.value);
      this.measurement = null;
    } else this.become(this.context.settings.changed(this.now, event.field, event.value));
  }

  factsOf(config) {
    return factsOf(config, this.declared);
  }

  become(wanted) {
    const old = this.inForce;
    this.now = this.inForce = wanted;
    if (isSame(this.factsOf(wanted), this.factsOf(old)) && wanted.evaluation.samples === old.evaluation.samples) {
      this.aim();
      this.game.heed(wanted, this.mixture);
    } else this.adopt(this.game);
    if (!isSame(wanted.target, old.target)) this.measureAnew();
  }

  /* Play by the present config's program, from a game before it or from round 0. */
  adopt(before) {
    this.aim();
    const sizes = { ...SIZES, evaluation: this.inForce.evaluation.samples };
    this.game = new Game(this.inForce, this.mixture, this.declared, sizes, before);
  }

  aim() {
    const target = JSON.stringify(this.inForce.target);
    if (target === this.aimedAt) return;
    this.aimedAt = target;
    this.mixture = mixtureOf(this.inForce.target);
    this.drawnModes = drawnModes(this.mixture);
    this.window = this.context.settings.windowOf(this.inForce.target, this.mixture);
  }

  // Going back

  /* The same game once more, as it stands. */
  copied() {
    return this.standing(this.record, this.kept.until(this.round), [...this.events], this.now);
  }

  /* The same game as it last stood at a round, what was done there included; this one stays. */
  at(round) {
    this.checkReached(round);
    if (round === this.round) return this.copied();
    const kept = this.kept.until(round);
    const other = kept.latest ? this.standing(kept.latest, kept, [], kept.latest.config) : new PlayedGame(this.start, this.context);
    const past = this.events.filter((event) => event.round <= round);
    other.events = past.filter((event) => kept.latest && event.round < other.round);
    for (const event of past.slice(other.events.length)) {
      other.advance(event.round);
      other.apply(event);
    }
    other.advance(round);
    return other;
  }

  checkReached(round) {
    const told = (number) => number.toLocaleString("en");
    if (round > this.round) throw new SettingError(`round ${told(round)} has not been played: this is ${told(this.round)}`);
  }

  standing({ config, state }, kept, events, now) {
    const other = Object.assign(Object.create(PlayedGame.prototype), { ...this, kept, events, inForce: config, now });
    other.adopt(null);
    other.game.state = state;
    other.measurement = null;
    return other;
  }

  // Looking

  /* The latest evaluation, made anew if `isDue`. */
  measure(isDue) {
    if (!this.measurement || (isDue && this.measurement.round !== this.round)) {
      this.measurement = { round: this.round, ...measured(this.game, this.mixture) };
    }
    return this.measurement;
  }

  measureAnew() {
    this.measurement = null;
  }

  view() {
    return viewOf(this.game, this.window);
  }
}

const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);
