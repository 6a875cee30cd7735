/* One of the games on the page, and what it is called. */

export class Slot {
  /* `pace` is where its rounds are counted. */
  constructor(id, label, game, pace) {
    this.id = id;
    this.label = label; // as it was given to the game that `named` describes
    this.game = game;
    this.named = game.now;
    this.age = 0; // counts what makes measurements of before worthless
    this.measuredAt = -Infinity;
    this.pace = pace;
  }

  /* Its label, which says so where it is played for other modes than it was named for. */
  get called() {
    const others = this.otherModes;
    return others ? `${this.label}, ${others}` : this.label;
  }

  /* Its config, called by other modes than it was named for likewise. */
  get config() {
    const { now, context } = this.game;
    const others = this.otherModes.replaceAll(" ", "-");
    if (!others) return now;
    return { ...now, name: `${now.name.slice(0, context.settings.declared.longest_name - others.length - 1)}-${others}` };
  }

  get otherModes() {
    const [now, then] = [this.game.now.target, this.named.target];
    if (this.game.context.settings.isByHand(now) && JSON.stringify(now) !== JSON.stringify(then)) return "own modes";
    return now.layout === then.layout ? "" : now.layout;
  }

  /* What was counted before does not hold any more. */
  forget(pace) {
    this.age += 1;
    this.pace = pace;
    this.measuredAt = -Infinity;
  }
}
