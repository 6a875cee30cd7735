/* The controls of a game's rules, kind by kind: whatever the server declares is offered. */

import { element, write } from "../../page/assets/elements.js";
import { fieldOf, inForce, leafOf, pieceOf } from "./config_words.js";
import { EXPLANATIONS } from "./explanations.js";
import { menuControl, storyOf, switchControl } from "./sliders.js";

export class RuleControls {
  /* `controls` are the settings as a whole; those `elsewhere` have a place of their own in them. */
  constructor(controls, elsewhere) {
    this.controls = controls;
    this.elsewhere = elsewhere;
  }

  /* A kind with one menu is that menu; one with many controls is folded up, and says what is on. */
  *groups(groups) {
    for (const { title, fields } of groups) {
      const shown = fields.filter(({ field }) => !this.elsewhere.includes(field));
      const parts = shown.flatMap((declared) => [...this.parts(declared)]);
      if (shown.length > 1) yield this.fold(title, shown, parts);
      else yield* parts;
    }
  }

  fold(title, fields, parts) {
    const on = element("span", { class: "on" });
    this.controls.refreshers.push((games) => {
      const said = games.flatMap(({ config }) => fields.map((declared) => inForce(declared, config)).filter(Boolean));
      write(on, [...new Set(said)].join(", "));
    });
    return element("details", { class: "kind" }, element("summary", {}, element("span", { text: title }), on), ...parts);
  }

  *parts(declared) {
    switch (declared.kind) {
      case "choice":
        yield* this.choice(declared);
        break;
      case "optional":
      case "switch":
        yield* this.optional(declared);
        break;
      default:
        yield this.controls.ofOptimizer(declared);
        yield this.story(declared, (config) => fieldOf(config, declared.field) !== declared.default);
    }
  }

  /* One of several pieces, with the numbers of the one that is chosen. */
  *choice(declared) {
    const { field, choices } = declared;
    const chosenBy = ({ config }) => pieceOf(fieldOf(config, field));
    const control = menuControl({
      ...this.settings(declared),
      choices,
      input: (name) => this.controls.setAll(field, choices.find((one) => one.name === name).chosen),
    });
    yield this.controls.follow(control, (game) => chosenBy(game).name, field);
    for (const { name, parameters = [] } of choices) {
      yield* this.numbers(parameters, (game) => (chosenBy(game).name === name ? chosenBy(game).numbers : undefined));
    }
  }

  /* What is there or not, with its numbers while it is. */
  *optional(declared) {
    const { field, kind, chosen, parameters = [] } = declared;
    const valueOf = ({ config }) => fieldOf(config, field) ?? null;
    const isOn = (game) => Boolean(kind === "switch" ? valueOf(game) : valueOf(game) !== null);
    const off = kind === "switch" ? false : null;
    const control = switchControl({
      ...this.settings(declared),
      input: (on) => this.controls.setAll(field, on ? (chosen ?? true) : off),
    });
    yield this.controls.follow(control, isOn, field);
    yield this.story(declared, (config) => isOn({ config }));
    if (parameters.length === 1 && parameters[0].field === field) {
      yield this.controls.number(parameters[0], { unlabelled: true, reads: (game) => valueOf(game) ?? undefined });
    } else yield* this.numbers(parameters, (game) => valueOf(game) ?? undefined);
  }

  /* The numbers of a piece: `numbersOf(game)` holds those that are not neutral, if it is in use. */
  *numbers(parameters, numbersOf) {
    for (const declared of parameters) {
      const leaf = leafOf(declared.field);
      const reads = (game) => {
        const numbers = numbersOf(game);
        return numbers && (leaf in numbers ? numbers[leaf] : declared.default);
      };
      const control = this.controls.number(declared, { reads });
      control.classList.add("inner");
      yield control;
    }
  }

  /* What a remedy does to the game, while some game has it. */
  story(declared, isOn) {
    const words = element("p", { class: "story", hidden: true });
    if (declared.story) {
      words.append(...storyOf(declared));
      this.controls.refreshers.push((games) => {
        words.hidden = !games.some(({ config }) => isOn(config));
      });
    }
    return words;
  }

  settings({ field, label, description, traced }) {
    const kind = field.split(".")[0];
    const explain = `${description} ${EXPLANATIONS[field] || EXPLANATIONS[kind] || ""}`.trim();
    return { label, explain, compiles: !traced };
  }
}
