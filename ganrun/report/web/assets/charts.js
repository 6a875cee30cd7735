/* All charts of a sweep's page: drawn, and drawn anew when colours or sizes change. */

import { onThemeChange } from "../../../page/assets/theme.js";
import { excuse, loadPlotly } from "./chart_pieces.js";
import { ParallelCoordinates } from "./parallel_coordinates.js";
import { drawLevels, drawRanking } from "./ranking_and_levels.js";

/** Draw all charts, now and whenever colours or sizes change; resolves when they are drawn. */
export async function drawCharts(charts, trials, table) {
  const elements = document.querySelectorAll(".chart");
  let Plotly;
  try {
    Plotly = await loadPlotly();
  } catch (reason) {
    for (const element of elements) excuse(element, reason.message);
    for (const numbers of document.querySelectorAll(".numbers-of table")) {
      numbers.closest("details").open = true;
    }
    return false;
  }
  const lines = new ParallelCoordinates(document.getElementById("lines-chart"), trials, table);
  const ranking = document.getElementById("ranking-chart");
  const draw = () =>
    Promise.all([
      ranking && drawRanking(Plotly, ranking, charts.ranking),
      ...Array.from(document.querySelectorAll("[data-levels]"), (element) =>
        drawLevels(
          Plotly,
          element,
          charts.levels[element.dataset.levels],
          charts.undertrained,
        ),
      ),
      lines.draw(Plotly),
    ]);
  await draw();
  onThemeChange(draw);
  let wide = window.innerWidth;
  window.addEventListener("resize", () => {
    if (window.innerWidth === wide) return;
    wide = window.innerWidth;
    requestAnimationFrame(draw);
  });
  return true;
}
