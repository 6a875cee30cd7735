/* The page as a whole: what the server says goes to the games and settings, what the user does to
 * the server. Nothing is decided here about the games; the server's state is what counts. */

import { copy } from "../../page/assets/copying.js";
import { byId, element, prefersCalm, write } from "../../page/assets/elements.js";
import { listenToThemeButtons } from "../../page/assets/theme.js";
import { thousands } from "../../page/assets/wording.js";
import { learnRules } from "./config_words.js";
import { Connection } from "./connection.js";
import { Controls } from "./controls.js";
import { countWords, reading } from "./explanations.js";
import { Games } from "./games.js";
import { listenToKeys } from "./keys.js";
import { LessonKnobs } from "./lesson_knob.js";
import { LessonPanel } from "./lesson_panel.js";
import { LESSONS } from "./lessons.js";
import { Lingering } from "./lingering.js";
import { Links } from "./links.js";
import { showBanner, showConnection } from "./notices.js";
import { Panels } from "./panels.js";
import { SeedField } from "./seed_field.js";
import { announceVerdict } from "./spoken_verdicts.js";

listenToThemeButtons();

const SPEEDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, null]; // rounds a second
const CALM = 20; // the first speed for who asked for less motion

let server = null; // the newest state
let chosen = null;
let known = "";
let meanings = {}; // a verdict's word -> what it says, and its tone

const connection = { send: () => false };
const say = (message) => connection.send(message);
const games = new Games({
  stage: byId("games"),
  template: byId("game-template"),
  acts: {
    select: (id) => choose(chosen === id ? null : id),
    duplicate: (id) => addCopy(id),
    save: (id) => say({ type: "save", game: id }),
    copy: (id) => say({ type: "config", game: id }),
    remove: (id) => say({ type: "remove", game: id }),
    branch: branchFrom,
    rewind: goBack,
    happened: (events, { rounds_per_second: rate }) => server && server.playing && lingering.heed(events, rate, server.rounds_per_second),
    step: (id, player) => say({ type: "step", what: player, game: id }),
    verdict: announceVerdict,
    meaning: (word) => meanings[word] || { description: "", tone: "" },
  },
  seen: (frame) => say({ type: "seen", frame }),
  can: () => controls.schema.can || [],
});
const lingering = new Lingering((limit) => say({ type: "speed", rounds_per_second: limit }));
const controls = new Controls(byId("controls"), { say, choose, dialog: byId("draw") });
const seed = new SeedField((drawn) => say({ type: "reseed", seed: drawn }));
const panels = new Panels();
const lessons = new LessonPanel({
  steps: byId("lesson-steps"),
  body: byId("lesson"),
  acts: { stage: setStage, play: () => say({ type: "play" }), pause: () => say({ type: "pause" }) },
  cardOf: (id) => games.cards.get(id)?.element ?? null,
  knobs: new LessonKnobs(controls, () => reseed()),
});
const links = new Links({ server: () => server, games, controls, lessons, panels, say, choose, complain: (words) => showBanner(words, "error") });

/* What the server says ----------------------------------------------------------------------- */

function heard(message) {
  switch (message.type) {
    case "hello":
      hello(message);
      break;
    case "state":
      setState(message);
      break;
    case "compiling":
      break; // the state says so too
    case "saved": {
      const what = message.found ? "This run was there already: " : "Saved as ";
      tellGame(message.game, `${what}${message.path}`);
      break;
    }
    case "config":
      copyConfig(message);
      break;
    case "error":
      complain(message);
      break;
  }
}

function hello(message) {
  const schema = JSON.stringify(message.schema);
  if (schema !== known) {
    known = schema;
    meanings = Object.fromEntries(message.schema.verdicts.map((one) => [one.word, one]));
    learnRules(message.schema);
    controls.build(message.schema);
    explainCounts(countWords(message.schema.metrics));
    seed.limit(message.schema.limits.seed);
    lessons.learn(message.schema);
  }
  setState(message);
  links.openAddress();
  if (prefersCalm() && message.rounds_per_second === null && !message.playing) setSpeed(CALM);
}

function takePicture(header, arrays) {
  games.take(header, arrays);
  lessons.heed(header);
  links.heed(header);
}

function explainCounts(words) {
  const titled = ([title, text]) => [element("h3", { text: title }), element("p", { text })];
  byId("help-reading").replaceChildren(...reading(words).flatMap(titled));
  const count = byId("game-template").content.querySelector(".count");
  count.title = `Covered: ${words.covered} Recovered: ${words.recovered}`;
}

function setState(state) {
  server = state;
  if (chosen !== null && !state.games.some(({ id }) => id === chosen)) chosen = null;
  games.setState(state.games);
  games.choose(chosen);
  controls.setState(state.games, chosen);
  lessons.setState(state);
  links.setState(state);
  byId("empty").hidden = state.games.length > 0;
  const play = byId("play");
  play.dataset.playing = String(state.playing);
  write(play.querySelector(".word"), state.playing ? "Pause" : "Play");
  seed.show(state.seed);
  showSpeed(state.rounds_per_second);
  const { games: most } = controls.schema.limits;
  const full = state.games.length >= most;
  byId("add").disabled = full;
  byId("add").title = full ? `${most} games are the most` : "A copy of the chosen game, to change (A)";
  for (const button of document.querySelectorAll(".duplicate")) button.disabled = full;
}

function tellGame(id, text) {
  const card = games.cards.get(id);
  if (card) card.say(text);
}

async function copyConfig({ game, yaml }) {
  const copied = await copy(yaml);
  tellGame(game, copied ? "Config copied: ganrun train plays it." : "The browser does not let pages copy.");
}

function complain({ message, game, field }) {
  links.refuse();
  if (game !== undefined && game !== null && games.cards.has(game)) tellGame(game, message);
  else showBanner(message, "error");
  if (server) controls.setState(server.games, chosen); // what was refused springs back
  if (field) controls.refuse(field, message);
}

/* What the user does ------------------------------------------------------------------------- */

function choose(id) {
  chosen = id;
  games.choose(id);
  if (server) controls.setState(server.games, chosen);
}

const playOrPause = () => server && say({ type: server.playing ? "pause" : "play" });
const step = (what) => say({ type: "step", what, ...(chosen === null ? {} : { game: chosen }) });
const reset = () => say({ type: "reset" });
const reseed = () => say({ type: "reseed" });

const add = () => server && addCopy(chosen === null ? server.games[server.games.length - 1].id : chosen);

/* A copy is called as its original, with the next number that is free: "R1 (2)". */
function addCopy(id) {
  say({ type: "add", copy_of: id, label: nextLabel(id) });
}

function nextLabel(id) {
  const labels = server.games.map(({ label }) => label);
  const stem = server.games.find((game) => game.id === id).label.replace(/ \(\d+\)$/, "");
  const named = (number) => `${stem.slice(0, controls.schema.limits.label - 5)} (${number})`;
  let number = 2;
  while (labels.includes(named(number))) number += 1;
  return named(number);
}

/* A copy as the game was in a round that one looks back at. */
function branchFrom(id, round) {
  const label = nextLabel(id);
  games.expectBranch(label, games.cards.get(id).history.past.until(round));
  games.cards.get(id).history.leave();
  say({ type: "branch", game: id, round, label });
}

function goBack(id, round) {
  const card = games.cards.get(id);
  card.expect(card.history.past.until(round));
  card.history.leave();
  say({ type: "rewind", game: id, round });
}

/* A round of the chosen game, or of the first, part by part; or its next part. */
function slowRound() {
  const going = [...games.cards.values()].find(({ slow }) => slow);
  const card = going || games.cards.get(chosen) || games.cards.get(server?.games[0]?.id);
  if (!card) return;
  if (!going && server.playing) say({ type: "pause" });
  card.slowDown();
}

const endSlowRound = () => games.cards.forEach(({ slow }) => slow && slow.end());

function setSpeed(rate) {
  lingering.chosen();
  say({ type: "speed", rounds_per_second: rate });
}

function showSpeed(rate) {
  const slider = byId("speed");
  const stop = rate === null || rate === undefined ? SPEEDS.length - 1 : nearestSpeed(rate);
  if (document.activeElement !== slider || !slider.matches(":active")) slider.value = stop;
  const usual = rate === null || rate === undefined ? "as fast as it goes" : `${thousands(rate)} a second`;
  const text = lingering.isSlow ? `${usual}, for a moment` : usual;
  write(byId("speed-words"), text);
  slider.setAttribute("aria-valuetext", text.replace(" a", " rounds a"));
}

function nearestSpeed(rate) {
  const distances = SPEEDS.slice(0, -1).map((speed) => Math.abs(Math.log(speed / rate)));
  return distances.indexOf(Math.min(...distances));
}

/* Set the stage with games that differ in this from every default. */
function setStage(staged, speed) {
  choose(null);
  const usual = controls.defaults();
  say({ type: "stage", games: staged.map(({ label, overrides }) => ({ label, overrides: { ...usual, ...overrides } })) });
  setSpeed(speed);
}

function chooseByNumber(key) {
  const index = Number(key) - 1;
  if (!server || index >= server.games.length) return;
  choose(index < 0 ? null : server.games[index].id);
}

/* Beginning ---------------------------------------------------------------------------------- */

const on = (id, event, listener) => byId(id).addEventListener(event, listener);
on("play", "click", playOrPause);
on("step-round", "click", () => step("round"));
on("step-discriminator", "click", () => step("discriminator"));
on("step-generator", "click", () => step("generator"));
on("reset", "click", reset);
on("reseed", "click", reseed);
on("add", "click", add);
byId("speed").max = byId("speed").value = SPEEDS.length - 1;
on("speed", "input", () => setSpeed(SPEEDS[byId("speed").value]));
for (const part of ["arrows", "real", "stamps", "net"]) {
  on(`show-${part}`, "change", () => games.setView({ [part]: byId(`show-${part}`).checked }));
}
on("slow-round", "click", slowRound);
on("linger", "change", () => lingering.turn(byId("linger").checked));
on("help-open", "click", () => byId("help").showModal());

listenToKeys(
  [
    { key: " ", shown: "Space", words: "play or pause", act: playOrPause },
    { key: ".", shown: ".", words: "one round", act: () => step("round"), repeats: true },
    { key: "d", shown: "D", words: "one step of the detective", act: () => step("discriminator"), repeats: true },
    { key: "f", shown: "F", words: "one step of the forger", act: () => step("generator"), repeats: true },
    { key: "r", shown: "R", words: "back to round 0", act: reset },
    { key: "n", shown: "N", words: "another seed", act: reseed },
    { key: "a", shown: "A", words: "add a GAN: a copy of the chosen one", act: add },
    { key: /^\d$/, shown: "1, 2 …, 0", words: "choose a game for the settings; all of them", act: chooseByNumber },
    { key: "o", shown: "O", words: "one round in slow motion, and its next part", act: slowRound },
    { key: "escape", shown: "Esc", words: "leave the slow motion", act: endSlowRound },
    { key: "t", shown: "T", words: "show or put away the lessons", act: () => panels.toggleLessons() },
    { key: "s", shown: "S", words: "show or put away all settings", act: () => panels.toggleSettings() },
    { key: "l", shown: "L", words: "what is on the stage, as a text that opens it again", act: () => links.show() },
    { key: "?", shown: "?", words: "this page", act: () => byId("help").showModal() },
  ],
  byId("help-keys"),
);
const scheme = location.protocol === "https:" ? "wss:" : "ws:";
const line = new Connection(`${scheme}//${location.host}/live${location.search}`, { message: heard, frame: takePicture, state: showConnection });
connection.send = (message) => line.send(message);
// For the console, and for tests: what the server said last, of all games and of one.
window.ganrun = {
  arena: { line, lessons: LESSONS, schema: () => controls.schema, state: () => server, card: (index) => games.cards.get(games.order[index]) },
};
