/* What happens when a sweep's page opens: diagram and table at once, charts when there is time. */

import { listenToCopyButtons } from "../../../page/assets/copying.js";
import { listenToThemeButtons } from "../../../page/assets/theme.js";
import { sortableCases } from "./cases.js";
import { drawCharts } from "./charts.js";
import { Phase } from "./phase.js";
import { RowTable } from "./row_table.js";
import { Trials } from "./trials.js";

listenToThemeButtons();
listenToCopyButtons();

const sweep = JSON.parse(document.getElementById("sweep").textContent);
const trials = new Trials(sweep);
const phase = new Phase(sweep.phase, trials);
sortableCases(document.querySelector("#cases table"));
const table = new RowTable(trials, sweep.verdicts);

const whenIdle = window.requestIdleCallback || ((callback) => setTimeout(callback, 50));
const charts = new Promise((resolve) => {
  whenIdle(() => resolve(drawCharts(sweep.charts, trials, table)));
});

window.ganrun = { sweep, trials, phase, table, charts }; // for the console, and for tests
