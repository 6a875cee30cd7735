/* A past of bounded size: when it is full, every second item is let go, and from then on only half as
   many are kept. */

export class Thinned {
  /** Items are told apart by their `round`, which rises. */
  constructor(most) {
    this.most = most;
    this.clear();
  }

  clear() {
    this.items = [];
    this.every = 1;
  }

  get length() {
    return this.items.length;
  }

  /** Keep an item, unless it comes too soon after the last one; whether it was kept. */
  push(item) {
    const last = this.items[this.items.length - 1];
    if (last && item.round < last.round + this.every) return false;
    this.items.push(item);
    while (this.items.length > this.most) {
      this.items = this.items.filter((_, n) => n % 2 === 0);
      const span = this.items[this.items.length - 1].round - this.items[0].round;
      this.every = Math.max(2 * this.every, Math.floor(span / this.most));
    }
    return true;
  }

  /** Forget what came after a round. */
  cut(round) {
    this.items = this.items.filter((item) => item.round <= round);
  }

  /** The same past up to a round, to be added to by itself. */
  until(round) {
    const other = new Thinned(this.most);
    other.every = this.every;
    other.items = this.items.filter((item) => item.round <= round);
    return other;
  }
}
