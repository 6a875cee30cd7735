/* A game that was recorded, for a browser in which none can be played: it plays and pauses, and goes to any
 * of its rounds; all else is refused in words. */

import { writeFrame } from "./pictures.js";

const PICTURES_PER_SECOND = 12;
const ONLY = "This browser lets no page compute with workers and WebAssembly: this game was recorded, and can only be watched.";
const LARGEST = 32767;

/* Numbers that were written as 16-bit ones, in base64. */
function unpacked({ words, low, high }) {
  const bytes = Uint8Array.from(atob(words), (letter) => letter.charCodeAt(0));
  const whole = new Int16Array(bytes.buffer);
  const [middle, half] = [(low + high) / 2, (high - low) / 2];
  return Float32Array.from(whole, (one) => middle + (one / LARGEST) * half);
}

export function packed(numbers) {
  const [low, high] = numbers.reduce(([least, most], one) => [Math.min(least, one), Math.max(most, one)], [Infinity, -Infinity]);
  const [middle, half] = [(low + high) / 2, (high - low) / 2 || 1];
  const whole = Int16Array.from(numbers, (one) => Math.round(((one - middle) / half) * LARGEST));
  return { words: btoa(String.fromCharCode(...new Uint8Array(whole.buffer))), low: middle - half, high: middle + half };
}

export class Recording {
  /* `exported`: what the page holds for its session; `recorded` = {game, seed, pictures: [{header, arrays}]}. */
  constructor(exported, recorded, send) {
    this.exported = exported;
    this.recorded = recorded;
    this.send = send;
    this.at = 0;
    this.frames = 0;
    this.playing = false;
  }

  get state() {
    return { type: "state", playing: this.playing, rounds_per_second: null, seed: this.recorded.seed, games: [this.recorded.game] };
  }

  greet() {
    const { schema } = this.exported;
    const { config } = this.recorded.game;
    const told = { version: 1, schema: { ...schema, can: ["rewind"] }, config, name: config.name, runs_dir: null, frames_ahead: 3 };
    this.send({ ...this.state, ...told, type: "hello" });
    this.show();
    this.send({ type: "error", message: ONLY });
  }

  show() {
    const { header, arrays } = this.recorded.pictures[this.at];
    this.frames += 1;
    const shown = Object.fromEntries(Object.entries(arrays).map(([name, { shape, ...numbers }]) => [name, [unpacked(numbers), shape]]));
    this.send(writeFrame({ ...header, game: this.recorded.game.id, frame: this.frames, playing: this.playing }, shown));
  }

  obey({ type, round, what }) {
    if (type === "seen" || type === "speed") return;
    if (type === "play" || type === "pause") this.play(type === "play");
    else if (type === "reset") this.goTo(0);
    else if (type === "rewind") this.goTo(round);
    else if (type === "step" && what === "round") this.step();
    else this.send({ type: "error", message: ONLY });
  }

  play(playing) {
    this.playing = playing;
    clearInterval(this.timer);
    if (playing) this.timer = setInterval(() => this.step(), 1000 / PICTURES_PER_SECOND);
    this.send(this.state);
  }

  step() {
    if (this.at + 1 < this.recorded.pictures.length) {
      this.at += 1;
      this.show();
    } else if (this.playing) {
      this.play(false);
      this.show();
    }
  }

  goTo(round) {
    const rounds = this.recorded.pictures.map(({ header }) => header.round);
    this.at = Math.max(0, rounds.findLastIndex((one) => one <= round));
    this.show();
    this.send(this.state);
  }
}
