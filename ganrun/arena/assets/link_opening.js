/* Opens what a link says: stages its games, plays them to its round, and goes back where that was passed. */

export class LinkOpening {
  /* `say(message)` sends to the arena, `can` are what it can do, `usual` are the rules by default. */
  constructor(told, { say, can, usual, state }) {
    Object.assign(this, { told, say, can });
    this.before = new Set(state.games.map(({ id }) => id));
    this.phase = "staging"; // then "playing", "stopping" and "over"
    this.rounds = new Map();
    say({ type: "reseed", seed: told.seed });
    say({ type: "stage", games: told.games.map(({ label, overrides }) => ({ label, overrides: { ...usual, ...overrides } })) });
  }

  get isOver() {
    return this.phase === "over";
  }

  /* What was asked for is not done. */
  refuse() {
    this.phase = "over";
  }

  setState({ games, playing }) {
    if (this.phase === "playing" && this.hasPlayed && !playing) this.end(); // somebody else stopped it
    if (this.phase === "playing") this.hasPlayed = this.hasPlayed || playing;
    if (this.phase !== "staging" || games.some(({ id, ready }) => this.before.has(id) || !ready)) return;
    this.rounds = new Map(games.map(({ id }) => [id, 0]));
    if (this.told.round === 0) {
      this.end();
      return;
    }
    this.phase = "playing";
    this.say({ type: "speed", rounds_per_second: null });
    this.say({ type: "play" });
  }

  heed({ game, round, playing, diverged_at: diverged }) {
    if (!this.rounds.has(game)) return;
    const stands = Number.isFinite(diverged) ? Math.max(round, this.told.round) : round;
    this.rounds.set(game, stands);
    const isThere = [...this.rounds.values()].every((one) => one >= this.told.round);
    if (this.phase === "playing" && isThere) {
      this.phase = "stopping";
      this.still = new Set();
      this.say({ type: "pause" });
    }
    if (this.phase !== "stopping" || playing) return;
    this.still.add(game);
    if (this.still.size === this.rounds.size) this.goBack();
  }

  /* All stand still: those that went past the round go back to it. */
  goBack() {
    for (const [game, round] of this.rounds) {
      if (round > this.told.round && this.can.includes("rewind")) this.say({ type: "rewind", game, round: this.told.round });
    }
    this.end();
  }

  end() {
    this.phase = "over";
    this.say({ type: "speed", rounds_per_second: this.told.speed });
  }
}
