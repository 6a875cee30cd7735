/* The parts that the settings are made of: sliders with a number beside them, menus, switches.
 *
 * Each has `element`, `show(value)` for what the game says, `refuse(words)` for why it did not take
 * what was asked for, and calls back with what the user says. What is being moved by hand is not
 * moved by the game. */

import { element, write } from "../../page/assets/elements.js";
import { settingNumber } from "../../page/assets/wording.js";
import { refusal, staysAt } from "./admitted.js";

const STOPS = 100; // few enough that an arrow key moves a slider by something one sees
const OWN = 600; // ms after a touch in which the game's echo is not shown
const ROOM = 10; // characters of a placeholder that a number field can show
let named = 0;

/* settings = {label, low, high, scale, least, most, kind?, empty?, explain?, compiles?, unlabelled?,
 * input(value)}: the ends of the slider, and of what is admitted, as the server declares them; `empty`
 * is what it means to leave the field so (null). */
export function numberControl(settings) {
  const { low, high, least, most, empty } = settings;
  const whole = settings.kind === "whole";
  const { toShare, toNumber } = SCALES[settings.scale || "linear"](low, high);
  const plain = whole && settings.scale !== "log";
  const id = nextId();
  const range = element("input", {
    type: "range",
    id: `${id}-range`,
    min: plain ? low : 0,
    max: plain ? high : STOPS,
    step: 1,
    "aria-label": settings.unlabelled ? settings.label : null,
  });
  const number = element("input", {
    type: "number",
    id: `${id}-number`,
    min: least,
    max: most,
    step: whole ? 1 : "any",
    inputmode: "decimal",
    placeholder: empty && empty.length > ROOM ? "–" : empty,
    title: empty ? `Empty: ${empty}` : null,
    "aria-label": settings.label,
  });
  const toValue = (stop) => (plain ? Number(stop) : whole ? Math.round(toNumber(stop / STOPS)) : toNumber(stop / STOPS));
  const toStop = (value) => (plain ? value : Math.round(STOPS * Math.max(0, Math.min(1, toShare(value) || 0))));
  let touched = -Infinity;
  let waiting = null;
  let later = 0;
  let refused = "";
  function paint(value) {
    if (value === null || value === undefined) {
      number.value = "";
      return;
    }
    range.value = toStop(value);
    range.setAttribute("aria-valuetext", settingNumber(value));
    if (document.activeElement !== number) number.value = settingNumber(value);
  }
  function show(value) {
    waiting = value;
    clearTimeout(later);
    const left = touched + OWN - performance.now();
    if (left > 0) later = setTimeout(() => paint(waiting), left);
    else paint(value);
  }
  function say(value) {
    touched = performance.now();
    control.refuse("");
    settings.input(value);
  }
  range.addEventListener("input", () => {
    const value = toValue(range.value);
    touched = performance.now();
    number.value = settingNumber(value);
    range.setAttribute("aria-valuetext", settingNumber(value));
    if (!settings.compiles) say(value);
  });
  range.addEventListener("change", () => {
    if (settings.compiles) say(toValue(range.value)); // not every stop on the way
  });
  number.addEventListener("change", () => {
    refused = refusal(number.value, settings, number.validity.badInput);
    number.setAttribute("aria-invalid", String(Boolean(refused)));
    control.refuse(refused);
    if (refused) return;
    const value = number.value === "" ? null : Number(number.value);
    if (value !== null) range.value = toStop(value);
    say(value);
  });
  number.addEventListener("blur", () => {
    if (refused) control.refuse(staysAt(refused, waiting, empty));
    refused = "";
    number.setAttribute("aria-invalid", "false");
    paint(waiting);
  });
  const row = element("div", { class: "slider-row" }, range, number);
  const control = { ...labelled(settings, range.id, row), show };
  number.setAttribute("aria-describedby", control.why.id);
  return control;
}

const digits = (value) => Number(value.toPrecision(2));

/* How a slider goes from its one end to the other; `decay`: by equal factors of what is left to 1. */
const SCALES = {
  linear: (low, high) => ({
    toShare: (value) => (value - low) / (high - low),
    toNumber: (share) => Math.min(high, digits(low + share * (high - low))),
  }),
  log: (low, high) => ({
    toShare: (value) => Math.log(value / low) / Math.log(high / low),
    toNumber: (share) => digits(low * (high / low) ** share),
  }),
  decay: (low, high) => ({
    toShare: (value) => Math.log((1 - value) / (1 - low)) / Math.log((1 - high) / (1 - low)),
    toNumber: (share) => Number((1 - digits((1 - low) * ((1 - high) / (1 - low)) ** share)).toPrecision(6)),
  }),
};

/* settings = {label, choices: [{name, label, description, story?, paper?}], explain?, compiles?, input(value)} */
export function menuControl(settings) {
  const id = nextId();
  const options = settings.choices.map(({ name, label }) => element("option", { value: name }, label));
  const menu = element("select", { id, class: "menu" }, ...options);
  const description = element("p", { class: "quiet option-words" });
  const story = element("p", { class: "story" });
  function show(value) {
    if (document.activeElement === menu && menu.value === value) return;
    menu.value = value;
    describe();
  }
  function describe() {
    const chosen = settings.choices.find(({ name }) => name === menu.value);
    write(description, chosen ? chosen.description : "");
    story.hidden = !(chosen && chosen.story);
    if (!story.hidden) story.replaceChildren(...storyOf(chosen));
  }
  menu.addEventListener("change", () => {
    describe();
    settings.input(menu.value);
  });
  return { ...labelled(settings, id, menu, description, story), show };
}

export function switchControl(settings) {
  const id = nextId();
  const box = element("input", { type: "checkbox", id, role: "switch" });
  box.addEventListener("change", () => settings.input(box.checked));
  const parts = labelled(settings, id, null);
  parts.element.classList.add("switch");
  parts.element.querySelector(".control-top").prepend(box);
  return { ...parts, show: (value) => (box.checked = Boolean(value)) };
}

/* The explanation behind a `?`: opened and closed by the button, part of the page's flow. */
export function explained(label, text) {
  const id = nextId();
  const words = element("p", { class: "explanation", id, text, hidden: true });
  const button = element("button", {
    type: "button",
    class: "bare explain",
    "aria-expanded": "false",
    "aria-controls": id,
    "aria-label": `What is this: ${label}`,
    title: text,
    text: "?",
  });
  button.addEventListener("click", () => {
    words.hidden = !words.hidden;
    button.setAttribute("aria-expanded", String(!words.hidden));
  });
  return { button, words };
}

function labelled(settings, forId, ...body) {
  const top = element("div", { class: "control-top", hidden: Boolean(settings.unlabelled) }, element("label", { for: forId, text: settings.label }));
  const mark = element("span", { class: "chip warn differs", text: "differs", hidden: true, title: "The games differ in this; moving it sets all" });
  top.append(mark);
  if (settings.compiles) {
    top.append(element("span", { class: "compiles", text: "recompiles", title: "Changes the program: takes a second or two" }));
  }
  const parts = [top];
  if (settings.explain) {
    const { button, words } = explained(settings.label, settings.explain);
    top.append(button);
    parts.push(words);
  }
  const why = element("p", { class: "refused", id: `${forId}-why`, role: "status", hidden: true });
  const refuse = (words) => {
    write(why, words);
    why.hidden = !words;
  };
  return { mark, why, refuse, element: element("div", { class: "control" }, ...parts, ...body, why) };
}

/* What a remedy does to the game, and who proposed it. */
export function storyOf({ story, paper }) {
  return [story, ...(paper ? [" ", element("span", { class: "paper", text: `(${paper})` })] : [])];
}

const nextId = () => `control-${(named += 1)}`;
