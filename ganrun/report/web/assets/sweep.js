/* What happens when a sweep's page opens: diagram and table at once, charts when there is time. */
(function (ganrun) {
  "use strict";

  const { sweep, trials } = ganrun;
  ganrun.phase = new ganrun.Phase(sweep.phase, trials);
  ganrun.table = new ganrun.TrialTable(trials, sweep.verdicts);

  const whenIdle = window.requestIdleCallback || ((callback) => setTimeout(callback, 50));
  ganrun.charts = new Promise((resolve) => {
    whenIdle(() => resolve(ganrun.drawCharts(sweep.charts, trials, ganrun.table)));
  });
})((window.ganrun = window.ganrun || {}));
