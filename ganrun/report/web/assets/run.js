/* The page of one run: everything that shows a round follows one cursor. */

import { listenToCopyButtons } from "../../../page/assets/copying.js";
import { Curves } from "../../../page/assets/curves.js";
import { Player } from "../../../page/assets/player.js";
import { listenToThemeButtons } from "../../../page/assets/theme.js";
import { BranchPlayer } from "./branch_player.js";
import { ModeBands } from "./mode_bands.js";

listenToThemeButtons();
listenToCopyButtons();

const read = (name) => JSON.parse(document.getElementById(name).textContent);
const marks = read("marks-data");
const followers = [];
let player = null;
let moving = false;

/** Show a round everywhere; the player at its nearest snapshot, the charts where it then is. */
function show(round) {
  if (player) player.seekRound(round);
  else follow(round);
}

function follow(round) {
  for (const follower of followers) follower.setCursor(round);
  mark(round);
}

/** Mark the passage of the story that the round is in. */
function mark(round) {
  const passages = [...document.querySelectorAll(".passages [data-round]")];
  // The player has snapshots of its own: one just before a passage's round is meant for it.
  const near = player && player.steps.length > 1 ? player.steps[1] - player.steps[0] : 0;
  const past = passages.filter((one) => Number(one.dataset.round) <= round + near / 2);
  const last = past.length ? Number(past[past.length - 1].dataset.round) : null;
  for (const one of passages) one.classList.toggle("now", Number(one.dataset.round) === last);
}

function chart(element, data) {
  for (const panel of data.panels) {
    const curves = new Curves(element, { ...panel, marks });
    curves.setData(data.steps, data.columns);
    curves.onSeek(show);
    followers.push(curves);
  }
}

const [modes, curves, played] = [read("mode-bands-data"), read("curves-data"), read("player-data")];
if (modes) {
  const bands = new ModeBands(document.getElementById("mode-bands"), modes, marks);
  bands.onSeek(show);
  followers.push(bands);
}
const branches = read("branches-data");
if (branches) new BranchPlayer(document.getElementById("branches"), branches);
if (curves) chart(document.getElementById("curves"), curves);
if (played) {
  player = new Player(document.getElementById("player"), played);
  player.onSeek((_, round) => {
    if (moving) return;
    moving = true;
    follow(round);
    moving = false;
  });
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-seek]") : null;
  if (!button) return;
  if (player && player.playing) player.pause();
  show(Number(button.dataset.seek));
});

window.ganrun = { player }; // for the console, and for tests
