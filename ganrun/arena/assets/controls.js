/* The settings of the chosen game, or of all: what is traced acts at once, the rest recompiles. */

import { element } from "../../page/assets/elements.js";
import { capital } from "../../page/assets/wording.js";
import { fieldOf } from "./config_words.js";
import { DrawTarget } from "./draw_target.js";
import { EXPLANATIONS } from "./explanations.js";
import { RuleControls } from "./rule_controls.js";
import { explained, menuControl, numberControl } from "./sliders.js";

const BETWEEN = 40; // ms between what a slider says, so that six games stay below the server's limit

/* What acts at once and is moved most; the other rules follow, kind by kind. */
const PACE = ["optimizer.learning_rate", "optimizer.learning_rate_ratio", "training.discriminator_steps", "optimizer.b1"];

/* A target's std, its first one where every mode has its own; undefined where none has. */
const widthOf = ({ std, stds }) => std ?? (stds || [])[0];

export class Controls {
  /* `say(message)` sends to the server, `choose(id | null)` says which game is meant; one's own
   * modes are drawn in the `dialog`. */
  constructor(panel, { say, choose, dialog }) {
    this.panel = panel;
    this.say = say;
    this.choose = choose;
    this.dialog = dialog;
    this.games = [];
    this.chosen = null;
    this.pending = new Map();
    this.flushed = -Infinity;
    this.refreshers = [];
  }

  build(schema) {
    this.schema = schema;
    const declared = [...schema.fields, ...schema.groups.flatMap(({ fields }) => fields)];
    this.fields = new Map(declared.map((field) => [field.field, field]));
    this.std = this.fields.get("target.std");
    this.drawing = new DrawTarget(this.dialog, { ...schema.limits, std: this.std });
    this.refreshers = [];
    this.followed = new Map();
    this.who = element("div", { class: "joined who", role: "group", "aria-label": "Settings of" });
    const rules = new RuleControls(this, PACE);
    this.panel.replaceChildren(
      element("h2", { text: "Settings" }),
      this.who,
      this.section("Pace", "acts at once", [...this.pace()]),
      this.section("Rules", null, [...rules.groups(schema.groups)]),
      this.section("Real points", null, [...this.target()]),
    );
    this.whoShown = "";
    this.refresh();
  }

  /* Every rule at its default; penalties are a section of their own. */
  defaults() {
    const fields = this.schema.groups.flatMap((group) => group.fields);
    const rules = fields.filter(({ field }) => !field.startsWith("penalties."));
    return Object.fromEntries(rules.map(({ field, default: usual }) => [field, usual]));
  }

  setState(games, chosen) {
    this.games = games;
    this.chosen = chosen;
    this.refresh();
  }

  /* The games that a change is for. */
  get meant() {
    const one = this.games.find(({ id }) => id === this.chosen);
    return one ? [one] : this.games;
  }

  refresh() {
    if (!this.schema || this.games.length === 0) return;
    this.showWho();
    for (const refresher of this.refreshers) refresher(this.meant);
  }

  showWho() {
    const key = JSON.stringify([this.chosen, this.games.map(({ id, label }) => [id, label])]);
    if (key === this.whoShown) return;
    this.whoShown = key;
    const focused = this.who.contains(document.activeElement) ? document.activeElement.dataset.id : null;
    const button = (id, text, label) =>
      element("button", {
        type: "button",
        class: id === this.chosen ? "button good" : "button",
        text,
        "aria-pressed": String(id === this.chosen),
        "aria-label": label,
        title: label,
        data: { id: String(id) },
        on: { click: () => this.choose(id) },
      });
    this.who.replaceChildren(
      this.games.length > 1 ? button(null, "All games", "Settings of all games") : button(null, "The game", "The game: its settings"),
      ...(this.games.length > 1 ? this.games.map(({ id, label }, index) => button(id, String(index + 1), `Settings of game ${index + 1}, ${label}`)) : []),
    );
    if (focused !== null) {
      const again = [...this.who.children].find((child) => child.dataset.id === focused);
      if (again) again.focus();
    }
  }

  section(title, when, controls) {
    const heading = element("h3", { text: title }, when && element("span", "acts", when));
    return element("section", { class: "control-group" }, heading, ...controls);
  }

  /* Sending ------------------------------------------------------------------------------------ */

  /* Say the first at once and then the latest every so often: a slider speaks faster than anyone
   * can listen. */
  set(game, field, value) {
    if (this.pending.size === 0) {
      const wait = Math.max(0, this.flushed + BETWEEN - performance.now());
      setTimeout(() => this.flush(), wait);
    }
    this.refuse(field, "");
    this.pending.set(`${game} ${field}`, { type: "set", ...(game === null ? {} : { game }), field, value });
  }

  flush() {
    this.flushed = performance.now();
    const messages = [...this.pending.values()];
    this.pending.clear();
    for (const message of messages) this.say(message);
  }

  /* Say beside a field why what was asked for was not done, if it has a place there. */
  refuse(field, message) {
    const words = message.startsWith(`${field}: `) ? capital(message.slice(field.length + 2)) : message;
    this.followed.get(field)?.refuse(words);
  }

  setAll(field, value) {
    this.set(this.games.some(({ id }) => id === this.chosen) ? this.chosen : null, field, value);
  }

  setEach(field, valueOf) {
    for (const game of this.meant) {
      const value = valueOf(game);
      if (value !== undefined) this.set(game.id, typeof field === "function" ? field(game) : field, value);
    }
  }

  /* Controls ----------------------------------------------------------------------------------- */

  /* The control of a number as the server declares it, but for what `settings` say. */
  number(declared, { reads = ({ config }) => fieldOf(config, declared.field), ...settings } = {}) {
    const { field, description, traced, empty } = declared;
    const said = [description, empty && `Empty: ${empty}.`, EXPLANATIONS[field]];
    const shown = {
      ...declared,
      explain: said.filter(Boolean).join(" "),
      compiles: !traced,
      input: (value) => this.setEach(field, (game) => (reads(game) === undefined ? undefined : value)),
      ...settings,
    };
    return this.follow(numberControl(shown), reads, field);
  }

  /* Keep a control at what the games say, or hide it while none has what it sets (`undefined`);
   * where they differ, it is at the first's, with a mark. It sets this `field`, or one inside it. */
  follow(control, valueOf, field) {
    if (!this.followed.has(field)) this.followed.set(field, control);
    this.refreshers.push((games) => {
      const values = games.map(valueOf).filter((value) => value !== undefined);
      control.element.hidden = values.length === 0;
      if (values.length) control.show(values[0]);
      control.mark.hidden = values.every((value) => JSON.stringify(value) === JSON.stringify(values[0]));
    });
    return control.element;
  }

  *pace() {
    const rate = ({ config }) => config.optimizer.learning_rate;
    const ratio = ({ config }) => config.optimizer.learning_rate_ratio;
    const [forgers, ratios, ...others] = PACE.map((field) => this.fields.get(field));
    yield this.number(forgers);
    yield this.number(forgers, {
      label: "Detective's learning rate",
      explain: EXPLANATIONS.discriminator_rate,
      reads: (game) => Number((rate(game) * ratio(game)).toPrecision(6)),
      input: (value) => this.setEach(ratios.field, (game) => Number((value / rate(game)).toPrecision(6))),
    });
    yield this.number(ratios);
    for (const declared of others) yield this.ofOptimizer(declared);
  }

  /* A number that only some optimizers use has no control where no game has one of them. */
  ofOptimizer(declared) {
    const isUsed = ({ config }) => !declared.users || declared.users.includes(config.optimizer.name);
    return this.number(declared, { reads: (game) => (isUsed(game) ? fieldOf(game.config, declared.field) : undefined) });
  }

  *target() {
    const layout = menuControl({
      label: "Layout",
      explain: this.fields.get("target").description,
      choices: this.schema.layouts,
      input: (name) => this.chooseLayout(name),
    });
    yield this.follow(layout, ({ config }) => config.target.layout, "target");
    for (const field of this.layoutFields()) {
      yield this.number(field, {
        reads: ({ config }) => config.target[field.field],
        input: (value) => this.changeTarget({ [field.field]: value, ...(field.traced ? {} : { weights: null }) }),
      });
    }
    yield this.number(this.std, {
      reads: ({ config }) => widthOf(config.target),
      input: (value) => this.changeWidth(value),
    });
    const { button, words: explanation } = explained("Draw your own modes", EXPLANATIONS.draw);
    const draw = element("button", { type: "button", class: "button", id: "draw-open", text: "Draw your own modes", on: { click: () => this.drawOwn() } });
    yield element("div", { class: "control" }, element("div", { class: "control-top" }, draw, button), explanation);
  }

  /* Every number that some layout has, but for the width, which all have. */
  layoutFields() {
    const found = new Map();
    for (const { fields } of this.schema.layouts) for (const field of fields) found.set(field.field, field);
    found.delete("std");
    return found.values();
  }

  chooseLayout(layout) {
    const chosen = this.schema.layouts.find(({ name }) => name === layout);
    if (chosen.from_file) {
      this.refresh();
      return;
    }
    if (chosen.by_hand) {
      this.drawOwn();
      this.refresh();
      return;
    }
    const has = (name) => chosen.fields.some(({ field }) => field === name);
    this.setEach("target", ({ config: { target }, target: { modes } }) => ({
      layout,
      std: widthOf(target) ?? this.std.default,
      ...(has("modes") ? { modes: target.modes || modes.length } : {}),
    }));
  }

  changeTarget(changes) {
    this.setEach("target", ({ config: { target } }) => {
      const fits = Object.keys(changes).every((name) => name === "weights" || name in target);
      return fits ? { ...target, ...changes } : undefined;
    });
  }

  changeWidth(std) {
    for (const { id, config } of this.meant) {
      if ("std" in config.target) this.set(id, "target.std", std);
      else this.set(id, "target", { ...config.target, covariances: null, stds: config.target.means.map(() => std) });
    }
  }

  drawOwn() {
    const { config, target } = this.meant[0];
    const layout = this.schema.layouts.find(({ by_hand: byHand }) => byHand).name;
    const means = target.modes.map(({ x, y }) => [x, y]);
    this.drawing.open(means, widthOf(config.target) ?? this.std.default, (drawn) => this.setAll("target", { layout, ...drawn }));
  }
}
