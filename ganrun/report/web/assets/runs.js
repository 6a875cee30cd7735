/* What happens when the page of many runs opens. */

import { listenToCopyButtons } from "../../../page/assets/copying.js";
import { byId, element } from "../../../page/assets/elements.js";
import { Scene } from "../../../page/assets/scene.js";
import { listenToThemeButtons } from "../../../page/assets/theme.js";
import { ListedRuns } from "./listed_runs.js";
import { RowTable } from "./row_table.js";

listenToThemeButtons();
listenToCopyButtons();

const data = JSON.parse(byId("runs").textContent);
const runs = new ListedRuns(data);
const table = new RowTable(runs, data.verdicts);

/** The last samples of the newest runs, each a link to its page where there is one. */
function drawNewest(place) {
  const shown = Object.keys(data.frames.trials).map(Number);
  if (!shown.length) {
    place.closest("section").hidden = true;
    return;
  }
  const list = element("ul", "thumbs-list");
  place.append(element("div", "thumbs", list));
  for (const index of shown) {
    const label = `${runs.called(index)}: ${runs.fate(index)}`;
    const canvas = element("canvas", { role: "img", "aria-label": `Samples of ${label}`, title: label });
    const words = [element("b", "", nameOf(index)), element("span", "", endOf(index))];
    const inside = runs.hasReport(index)
      ? element("a", { href: runs.link(index) }, canvas, ...words)
      : element("div", "", canvas, ...words);
    list.append(element("li", "", inside));
    const { target, frame } = runs.ending(index);
    new Scene(canvas, target).draw(frame);
  }
}

/** What stands in a column of that name; empty where nothing does. */
function told(name, index) {
  const column = runs.columns.find((one) => one.name === name);
  return column ? runs.value(column, index) : "";
}

const nameOf = (index) => told("name", index);

/** `seed 3: collapsed`. */
const endOf = (index) => `seed ${told("seed", index)}: ${runs.fate(index)}`;

drawNewest(byId("newest"));

window.ganrun = { runs, table }; // for the console, and for tests
