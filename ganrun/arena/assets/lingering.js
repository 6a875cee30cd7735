/* Time that runs slowly where something happens: the limit on the speed, lowered for a while. */

const SECONDS = 3; // that it stays slow after something happened
const SLOWER = 12; // times
const SLOWEST = 20; // rounds a second
const WORTH_IT = ["found", "back", "lost", "last"];

export class Lingering {
  /* `set(limit)` sets the limit on the rounds a second, null for none; `later` and `forget` are those
   * of timers. */
  constructor(set, { later = (act, wait) => setTimeout(act, wait), forget = (timer) => clearTimeout(timer) } = {}) {
    this.set = set;
    this.later = later;
    this.forget = forget;
    this.isOn = false;
    this.usual = undefined; // the limit before it was lowered; undefined while it is not
  }

  turn(isOn) {
    this.isOn = isOn;
    if (!isOn) this.hurry();
  }

  /* Something happened in a game that went at some rounds a second, under the present limit. */
  heed(events, rate, limit) {
    const isWorthIt = events.some(({ kind }) => WORTH_IT.includes(kind));
    if (!this.isOn || !isWorthIt || !(rate > SLOWEST * 2)) return;
    this.forget(this.timer);
    if (this.usual === undefined) {
      this.usual = limit;
      this.set(Math.max(SLOWEST, Math.round(rate / SLOWER)));
    }
    this.timer = this.later(() => this.hurry(), 1000 * SECONDS);
  }

  /* Somebody chose a speed: that is what counts now. */
  chosen() {
    this.forget(this.timer);
    this.usual = undefined;
  }

  get isSlow() {
    return this.usual !== undefined;
  }

  hurry() {
    if (!this.isSlow) return;
    const { usual } = this;
    this.chosen();
    this.set(usual);
  }
}
