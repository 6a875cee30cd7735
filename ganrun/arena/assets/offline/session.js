/* All games of a page that has no server: what it asks for is done, and it is shown pictures.
 *
 * It speaks the protocol of `ganrun.arena.protocol`. Games are played in turns of some milliseconds, so
 * that nothing that is asked for waits for longer; all are played the same number of rounds. */

import { Pacing } from "./pacing.js";
import { plain, writeFrame } from "./pictures.js";
import { PlayedGame } from "./played_game.js";
import { SettingError, Settings } from "./settings.js";
import { Slot } from "./slot.js";
import { toYaml } from "./yaml.js";

export const VERSION = 1;
const FRAMES_AHEAD = 3; // pictures per game that the page may be behind
const MEASURED_EVERY = 150; // ms after which a picture's metrics are measured anew
const CAN = ["config", "branch", "rewind"];
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const SHOWN = ["high_quality", "modes_captured", "modes_covered", "reverse_kl", "js", "mode_tv", "spread", "nll", "shares", "covered"];

export class Session {
  /* `exported`: what Python put into the page: {schema, declared, objectives, companies, configs}. `send` is
   * given messages, and pictures as buffers. */
  constructor({ schema, declared, objectives, companies, configs }, send) {
    this.schema = { ...schema, can: CAN };
    this.companies = companies;
    this.objectives = objectives;
    this.context = { settings: new Settings(schema, declared), objectives };
    this.send = send;
    this.base = configs[0];
    [this.seed] = this.base.seeds;
    this.nextId = 1;
    this.frames = 0;
    this.seen = 0;
    this.playing = false;
    this.pacing = new Pacing();
    this.slots = configs.map((config) => this.furnished(config.name, this.seeded(config)));
  }

  /* Say what is the case, and show every game. */
  greet() {
    const { schema, base } = this;
    const told = { version: VERSION, schema, config: base, name: base.name, runs_dir: null, frames_ahead: FRAMES_AHEAD };
    this.send({ ...this.state, ...told, type: "hello" });
    this.showAll();
  }

  seeded(config) {
    return { ...config, seeds: [this.seed] };
  }

  furnished(label, config) {
    return this.slotOf(label, new PlayedGame(config, this.context));
  }

  slotOf(label, game) {
    const id = this.nextId;
    this.nextId += 1;
    return new Slot(id, label, game, this.pacing.start());
  }

  // What the page is told

  get state() {
    const { playing, seed, slots } = this;
    return { type: "state", playing, rounds_per_second: this.pacing.limit, seed, games: slots.map((slot) => this.gameOf(slot)) };
  }

  gameOf({ id, called, game }) {
    const { inForce, now, touched, events, window, drawnModes: modes } = game;
    const { packing, minibatch } = inForce.discriminator;
    return {
      id,
      label: called,
      ready: true,
      touched,
      events: events.length,
      saving: null,
      config: now,
      target: { extent: window, modes },
      objective: this.objectives[inForce.objective],
      company: this.companies[minibatch === "none" ? "alone" : "batch"][packing - 1],
      reference: null,
    };
  }

  publish() {
    this.send(this.state);
  }

  /* Pictures of some games, or of all; not more than the page can take. */
  showAll(slots = this.slots) {
    const now = performance.now();
    for (const slot of slots) this.show(slot, now);
    this.pacing.shown(now);
  }

  show(slot, now) {
    const { game } = slot;
    const isDue = game.divergedAt === null && (!this.playing || now - slot.measuredAt > MEASURED_EVERY);
    if (isDue) slot.measuredAt = now;
    const measurement = game.measure(isDue);
    const { arrays, caught } = game.view();
    this.frames += 1;
    const header = {
      game: slot.id,
      frame: this.frames,
      age: slot.age,
      round: game.round,
      playing: this.playing,
      rounds_per_second: this.playing ? this.pacing.rateOf(slot.pace) : null,
      diverged_at: game.divergedAt,
      trace: game.game.metrics,
      metrics: { round: measurement.round, ...Object.fromEntries(SHOWN.map((name) => [name, measurement[name]])) },
      modes_recovered: null,
      verdict: null,
      caught,
    };
    this.send(writeFrame(header, arrays));
  }

  /* Whether the page has drawn nearly all that it was sent. */
  get isFollowed() {
    return this.frames - this.seen <= FRAMES_AHEAD * this.slots.length;
  }

  // Playing

  /* Play for some milliseconds, and show what comes of it where that is due. */
  turn() {
    const going = this.slots.filter(({ game }) => game.canGoOn);
    if (!going.length) {
      this.play(false);
      return;
    }
    this.pacing.play(going.map(({ game, pace }) => ({ game, pace })));
    if (this.pacing.isDue(performance.now()) && this.isFollowed) this.showAll();
  }

  // What the page asks for

  /* Do what a message asks for; what cannot be done is told. */
  obey(message) {
    try {
      const act = Object.hasOwn(ACTS, message.type) ? ACTS[message.type] : null;
      if (!act) throw new SettingError(`${message.type}: nothing that this page can do`);
      act(this, message);
    } catch (error) {
      const told = { type: "error", message: (error instanceof SettingError ? error.message : `this went wrong: ${error.message}`).slice(0, 500) };
      if (message.game !== undefined) told.game = message.game;
      if (message.field !== undefined) told.field = message.field;
      this.send(told);
      if (!(error instanceof SettingError)) throw error;
    }
  }

  one(id) {
    const slot = this.slots.find((other) => other.id === id);
    if (!slot) throw new SettingError(`there is no game ${id}`);
    return slot;
  }

  chosen(id) {
    return id === undefined || id === null ? [...this.slots] : [this.one(id)];
  }

  play(playing) {
    this.playing = playing;
    for (const slot of this.slots) slot.pace = this.pacing.start();
    this.publish();
    this.showAll();
  }

  checkRoom() {
    const { games } = this.schema.limits;
    if (this.slots.length >= games) throw new SettingError(`there are ${games} games already`);
  }

  newLabel() {
    const taken = new Set(this.slots.map(({ label }) => label));
    return [...LETTERS].find((letter) => !taken.has(letter));
  }

  add(label, game) {
    const slot = this.slotOf(label || this.newLabel(), game);
    this.slots.push(slot);
    this.publish();
    this.showAll([slot]);
  }

  restart(slots) {
    for (const slot of slots) {
      slot.game.begin(this.seeded(slot.game.now));
      slot.forget(this.pacing.start());
    }
    this.publish();
    this.showAll(slots);
  }
}

const newSeed = (most) => crypto.getRandomValues(new Uint32Array(1))[0] % (most + 1);

const ACTS = {
  play: (session) => session.play(true),
  pause: (session) => session.play(false),
  step(session, { what, game: id }) {
    if (session.playing) session.play(false);
    const going = session.chosen(id).filter(({ game }) => game.divergedAt === null);
    if (!going.length) throw new SettingError("the game has diverged; reset it to go on");
    for (const { game } of going) {
      if (what === "round") game.advance(game.round + 1);
      else game.stepAlone(what === "generator" ? "generator" : "discriminator");
    }
    session.publish();
    session.showAll(going);
  },
  set(session, { game: id, field, value }) {
    const slots = session.chosen(id);
    for (const { game } of slots) session.context.settings.changed(game.now, field, value); // for none, or all
    for (const slot of slots) {
      const { mixture } = slot.game;
      if (slot.game.set(field, value) && (slot.game.round === 0 || slot.game.mixture !== mixture)) slot.forget(session.pacing.start());
    }
    session.publish();
    if (!session.playing) session.showAll(slots);
  },
  reset: (session, { game }) => session.restart(session.chosen(game)),
  reseed(session, { seed }) {
    session.seed = seed ?? newSeed(session.schema.limits.seed);
    session.restart(session.slots);
  },
  add(session, { copy_of: source, label }) {
    session.checkRoom();
    session.add(label, session.one(source).game.copied());
  },
  branch(session, { game, round, label }) {
    session.checkRoom();
    session.add(label, session.one(game).game.at(round));
  },
  rewind(session, { game: id, round }) {
    const slot = session.one(id);
    slot.game = slot.game.at(round);
    slot.forget(session.pacing.start());
    session.publish();
    session.showAll([slot]);
  },
  remove(session, { game }) {
    if (session.slots.length === 1) throw new SettingError("the last game stays");
    session.slots.splice(session.slots.indexOf(session.one(game)), 1);
    session.publish();
  },
  stage(session, { games }) {
    const base = session.seeded(session.base);
    const configs = games.map(({ overrides }) => session.context.settings.staged(base, overrides));
    session.playing = false;
    session.slots = games.map(({ label }, index) => session.furnished(label, configs[index]));
    session.publish();
    session.showAll();
  },
  speed(session, { rounds_per_second: limit }) {
    session.pacing.allow(limit ?? null);
    session.publish();
  },
  config: (session, { game }) => session.send({ type: "config", game, yaml: toYaml(session.one(game).config) }),
  seen(session, { frame }) {
    session.seen = Math.max(session.seen, frame);
  },
};

/* A message as it is sent between a worker and its page. */
export const sendable = (message) => (message instanceof ArrayBuffer ? [message, [message]] : [plain(message), []]);
