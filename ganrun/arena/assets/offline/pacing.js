/* The clocks of a session: how many rounds a turn has, and when the next pictures are due. */

const TURN = 12; // ms that all games together are played between two looks at what was asked for
const PICTURES_PER_SECOND = 33;
const PACE = 1000; // ms over which the rounds per second are counted
const CHUNK = 2; // ms of one game's rounds between two looks at the clock

export class Pacing {
  constructor() {
    this.limit = null; // rounds per second that are allowed; null: any number
    this.credit = 0;
    this.creditedAt = performance.now();
    this.shownAt = 0;
    this.isUnshown = false;
    this.each = 0; // ms that a round of all games takes, about
  }

  allow(limit) {
    this.limit = limit;
    this.credit = 0;
  }

  start() {
    return [];
  }

  /* Play all games, given with their paces, for as many rounds as a turn has. */
  play(games) {
    const begun = performance.now();
    const rounds = this.roundsOfATurn(begun);
    if (!rounds) return;
    this.isUnshown = true;
    let played = 0;
    while (played < rounds && performance.now() - begun < TURN) {
      const some = Math.min(rounds - played, Math.max(1, Math.floor(CHUNK / (this.each || CHUNK))));
      for (const { game } of games) game.advance(game.round + some);
      played += some;
    }
    const now = performance.now();
    this.each = (now - begun) / played;
    if (this.limit !== null) this.credit -= played;
    for (const { game, pace } of games) {
      pace.push([now, game.round]);
      while (pace.length > 2 && now - pace[0][0] > PACE) pace.shift();
    }
  }

  roundsOfATurn(now) {
    if (this.limit === null) return Infinity;
    this.credit += ((now - this.creditedAt) / 1000) * this.limit;
    this.creditedAt = now;
    this.credit = Math.min(this.credit, Math.max(1, 0.1 * this.limit));
    return Math.floor(this.credit);
  }

  /* ms until the limit allows a round. */
  get wait() {
    return this.limit === null ? 0 : Math.max(0, ((1 - this.credit) / this.limit) * 1000);
  }

  rateOf(pace) {
    if (pace.length < 2) return null;
    const [[start, first], [end, last]] = [pace[0], pace.at(-1)];
    return end > start ? ((last - first) / (end - start)) * 1000 : null;
  }

  isDue(now) {
    return this.isUnshown && now >= this.shownAt + 1000 / PICTURES_PER_SECOND;
  }

  shown(now) {
    this.isUnshown = false;
    this.shownAt = Math.max(this.shownAt + 1000 / PICTURES_PER_SECOND, now - 100);
  }
}
