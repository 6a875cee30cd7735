/* The states that a game was kept in, before anything was done to it there: bounded, and ever further apart. */

const FIRST_EVERY = 50; // rounds
const MOST_STATES = 256;
const MOST_NUMBERS = 12 * 2 ** 20; // of all of them, in float32

export class KeptStates {
  constructor(states = [], every = FIRST_EVERY) {
    this.states = states;
    this.every = every;
  }

  /* The last one; undefined if there is none but the beginning. */
  get latest() {
    return this.states.at(-1);
  }

  /* Keep what `record` gives where it is due; where that is too much, every second one is let go. */
  addIfDue(round, record) {
    if (round < (this.latest?.round ?? 0) + this.every) return;
    this.states.push(record());
    while (this.states.length > 1 && this.isTooMuch) {
      const first = this.states.length % 2 === 0 ? 1 : 0;
      this.states = this.states.filter((_, index) => index % 2 === first);
      this.every *= 2;
    }
  }

  get isTooMuch() {
    return this.states.length > MOST_STATES || this.states.length * this.latest.state.vector.length > MOST_NUMBERS;
  }

  /* Those up to a round, to be added to by themselves. */
  until(round) {
    return new KeptStates(this.states.filter((one) => one.round <= round), this.every);
  }
}
