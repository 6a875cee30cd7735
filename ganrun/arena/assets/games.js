/* All games on the stage: who is there, which is chosen, and one loop that draws what is new. */

import { onThemeChange } from "../../page/assets/theme.js";
import { GameCard } from "./game_card.js";

export class Games {
  /* `seen(frame)` is told the largest number among the pictures that were drawn. */
  constructor({ stage, template, acts, seen, can }) {
    this.stage = stage;
    this.template = template;
    this.acts = { ...acts, draw: () => this.ask() };
    this.seen = seen;
    this.can = can; // what the server can do
    this.branches = new Map(); // the label of a branch that was asked for -> its past
    this.cards = new Map();
    this.order = [];
    this.chosen = null; // null: all of them
    this.view = { arrows: true, real: false, stamps: false, net: false };
    this.newest = -1;
    this.asked = false;
    new ResizeObserver(() => this.resize()).observe(stage);
    onThemeChange(() => this.resize());
    document.addEventListener("visibilitychange", () => this.ask());
  }

  setState(games) {
    this.order = games.map(({ id }) => id);
    for (const [id, card] of this.cards) {
      if (this.order.includes(id)) continue;
      card.close();
      this.cards.delete(id);
    }
    games.forEach((game, position) => {
      let card = this.cards.get(game.id);
      if (!card) {
        card = new GameCard(this.template, game.id, this.acts);
        card.history.allow(this.can());
        this.cards.set(game.id, card);
        if (this.branches.has(game.label)) card.adopt(this.branches.get(game.label));
        this.branches.delete(game.label);
      }
      if (this.stage.children[position] !== card.element) {
        this.stage.insertBefore(card.element, this.stage.children[position] || null);
      }
      card.setState(game, position, games[0], games.length > 1);
    });
    this.stage.dataset.count = games.length;
    if (this.chosen !== null && !this.cards.has(this.chosen)) this.chosen = null;
    this.showChosen();
    this.ask();
  }

  take(header, arrays) {
    this.newest = Math.max(this.newest, header.frame);
    const card = this.cards.get(header.game);
    if (card) card.take(header, arrays);
    this.ask();
  }

  /* A game that will come under this label begins with another one's past. */
  expectBranch(label, past) {
    this.branches.set(label, past);
  }

  choose(id) {
    this.chosen = id;
    this.showChosen();
  }

  showChosen() {
    for (const [id, card] of this.cards) card.choose(this.cards.size > 1 && id === this.chosen);
  }

  setView(view) {
    Object.assign(this.view, view);
    for (const card of this.cards.values()) card.redraw();
    this.ask();
  }

  resize() {
    for (const card of this.cards.values()) card.resize();
    this.ask();
  }

  /* Draw with the screen's next frame; a hidden page draws nothing, and says so by silence. */
  ask() {
    if (this.asked || document.hidden) return;
    this.asked = true;
    requestAnimationFrame((now) => {
      this.asked = false;
      for (const card of this.cards.values()) card.draw(this.view, now);
      if (this.newest >= 0) this.seen(this.newest);
      this.newest = -1;
    });
  }
}
