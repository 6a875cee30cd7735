/* The page of a comparison: two games side by side, moved by one control. */

import { listenToCopyButtons } from "../../../page/assets/copying.js";
import { byId, element } from "../../../page/assets/elements.js";
import { Player } from "../../../page/assets/player.js";
import { listenToThemeButtons } from "../../../page/assets/theme.js";

/** Two games of a list, each chosen by its group and seed; `games` as the page's data has them. */
class GamesInStep {
  constructor(menus, stage, games) {
    this.games = games;
    this.stage = stage;
    const groups = [...new Set(games.map(({ group }) => group))];
    this.chosen = [groups[0], groups[1]];
    this.seeds = [...new Set(games.map(({ seed }) => seed))].sort((a, b) => a - b);
    const shared = (seed) => this.chosen.every((group) => this.find(group, seed));
    this.seed = this.seeds.find(shared) ?? this.seeds[0];
    this.round = null;
    if (groups.length > 2) {
      ["Left", "Right"].forEach((side, place) => menus.append(this.groupMenu(side, place, groups)));
    }
    this.seedMenu(menus);
    this.build();
  }

  find(group, seed) {
    return this.games.find((game) => game.group === group && game.seed === seed);
  }

  /** The game of a group at the seed, or at the first that the page has. */
  game(place) {
    const group = this.chosen[place];
    return this.find(group, this.seed) || this.games.find((game) => game.group === group);
  }

  groupMenu(side, place, groups) {
    const menu = element("select", {
      class: "menu",
      on: { change: () => ((this.chosen[place] = menu.value), this.build()) },
    });
    for (const one of groups) {
      menu.append(new Option(one, one, false, one === this.chosen[place]));
    }
    return element("label", "menu-label", side, menu);
  }

  seedMenu(menus) {
    if (this.seeds.length < 2) return;
    const menu = element("select", {
      class: "menu",
      id: "seed",
      on: { change: () => ((this.seed = Number(menu.value)), this.build()) },
    });
    for (const one of this.seeds) menu.append(new Option(one, one, false, one === this.seed));
    menus.append(element("label", "menu-label", "Seed", menu));
  }

  /** Draw both anew; the one that is played for longer has the control. */
  build() {
    for (const player of this.players || []) player.close();
    this.stage.replaceChildren();
    const games = [this.game(0), this.game(1)];
    const last = games.map(({ player }) => player.steps[player.steps.length - 1]);
    const leads = last[1] > last[0] ? 1 : 0;
    const sides = games.map((game, place) => this.side(game, place));
    const start = games[leads].player.steps.length - 1;
    this.players = games.map(
      ({ group, seed, player }, place) =>
        new Player(sides[place], {
          ...player,
          label: `${group}, seed ${seed}`,
          follows: place !== leads,
          start: place === leads ? start : undefined,
        }),
    );
    const [leader, follower] = [this.players[leads], this.players[1 - leads]];
    if (this.round !== null) leader.seekRound(this.round);
    leader.onSeek((_, round) => {
      this.round = round;
      follower.arrows = leader.arrows;
      follower.seekRound(round);
    });
  }

  side(game, place) {
    const { verdict } = game;
    const chip = verdict && element("span", `chip ${verdict.tone}`, verdict.words);
    const title = element("h3", "pair-title", `${game.group}, seed ${game.seed} `, chip);
    const side = element("div", `pair-side side-${place}`, title);
    this.stage.append(side);
    return side;
  }
}

listenToThemeButtons();
listenToCopyButtons();
const games = JSON.parse(byId("games-data").textContent);
const stage = byId("stage");
window.ganrun = { games: stage && new GamesInStep(byId("menus"), stage, games) }; // for tests
