/* A page that is a player and no more, for a frame in a notebook. */

import { Player } from "../../../page/assets/player.js";

const played = JSON.parse(document.getElementById("player-data").textContent);
new Player(document.getElementById("player"), played);
