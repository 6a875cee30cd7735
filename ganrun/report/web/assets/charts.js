/* All charts of a sweep's page: drawn, and drawn anew when colours or sizes change. */
(function (ganrun) {
  "use strict";

  /** Draw all charts, now and whenever colours or sizes change; resolves when they are drawn. */
  ganrun.drawCharts = async function (charts, trials, table) {
    const elements = document.querySelectorAll(".chart");
    let Plotly;
    try {
      Plotly = await ganrun.loadPlotly();
    } catch (reason) {
      for (const element of elements) ganrun.excuse(element, reason.message);
      for (const table of document.querySelectorAll(".numbers-of table")) {
        table.closest("details").open = true;
      }
      return false;
    }
    const lines = new ganrun.Lines(document.getElementById("lines-chart"), trials, table);
    const ranking = document.getElementById("ranking-chart");
    const draw = () =>
      Promise.all([
        ranking && ganrun.drawRanking(Plotly, ranking, charts.ranking),
        ...Array.from(document.querySelectorAll("[data-levels]"), (element) =>
          ganrun.drawLevels(
            Plotly,
            element,
            charts.levels[element.dataset.levels],
            charts.undertrained,
          ),
        ),
        lines.draw(Plotly),
      ]);
    await draw();
    ganrun.lines = lines;
    ganrun.onThemeChange(draw);
    let wide = window.innerWidth;
    window.addEventListener("resize", () => {
      if (window.innerWidth === wide) return;
      wide = window.innerWidth;
      requestAnimationFrame(draw);
    });
    return true;
  };
})((window.ganrun = window.ganrun || {}));
