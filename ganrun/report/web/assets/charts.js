/* The sweep's charts, drawn by plotly, which travels packed in the page: ranking, levels, and a line
   for every trial. */
(function (ganrun) {
  "use strict";

  const { made } = ganrun;
  const CONFIG = { displayModeBar: false, responsive: true };
  const PERCENT = ",.0%";
  const TONE_COLOURS = {
    diverged: "--ink",
    collapsed: "--vermillion",
    oscillating: "--orange",
    undertrained: "--quiet",
    imprecise: "--blue",
    converged: "--green",
  };

  /** Unpack plotly and put it into the page; rejects where the browser cannot. */
  async function loadPlotly() {
    if (window.Plotly) return window.Plotly;
    if (typeof DecompressionStream === "undefined") {
      throw new Error("this browser cannot unpack gzip (it lacks DecompressionStream)");
    }
    const island = document.getElementById("plotly");
    const text = atob(JSON.parse(island.textContent));
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = made("script");
    script.textContent = await new Response(stream).text();
    document.head.append(script); // the page's policy knows its hash
    if (!window.Plotly) throw new Error("its library did not start");
    return window.Plotly;
  }

  /** Why there can be no parallel coordinates; nothing where there can. */
  function withoutWebGL() {
    const canvas = made("canvas");
    return canvas.getContext("webgl") ? "" : "this browser has no WebGL";
  }

  /** Words in place of a chart. */
  function excuse(element, reason) {
    element.removeAttribute("role");
    element.removeAttribute("aria-label");
    element.replaceChildren(
      made("p", "notice", `No chart here: ${reason}. All else on this page works, and its numbers are in the tables.`),
    );
  }

  const colour = (name) => ganrun.colour(document.documentElement, name);

  /** What all charts share, in the page's colours of now. */
  function layout(more) {
    return {
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: getComputedStyle(document.body).fontFamily, size: 13, color: colour("--ink") },
      hoverlabel: {
        bgcolor: colour("--paper"),
        bordercolor: colour("--border"),
        font: { color: colour("--ink") },
      },
      showlegend: false,
      dragmode: false,
      ...more,
    };
  }

  const axis = (more) => ({
    gridcolor: colour("--faint"),
    linecolor: colour("--border"),
    zeroline: false,
    fixedrange: true,
    automargin: true,
    ...more,
  });

  /** Plotly's error bars of [value, low, high]s; without an interval none. */
  function bars(numbers, way, more) {
    const apart = (end) => numbers.map((one) => (one[end] === null ? 0 : Math.abs(one[end] - one[0])));
    return { [`error_${way}`]: { type: "data", symmetric: false, array: apart(2), arrayminus: apart(1), width: 0, ...more } };
  }

  /** `54 % [48, 60]` of [value, low, high]. */
  const words = ([value, low, high]) =>
    ganrun.intervalWords({ kind: "rate" }, { value: value && Math.min(1, Math.max(0, value)), low, high });

  // The ranking -------------------------------------------------------------------------------------

  function rankingTraces(effects) {
    const series = [
      ["share", "by itself", "circle", -0.11],
      ["total", "with interactions", "circle-open", 0.11],
    ];
    return series.flatMap(([key, name, symbol, shift]) => {
      const known = effects.map((effect, row) => ({ effect, row })).filter(({ effect }) => effect[key]);
      if (!known.length) return [];
      const numbers = known.map(({ effect }) => effect[key]);
      const hues = known.map(({ effect }) =>
        colour(effect.kind === "chance" ? "--quiet" : key === "share" ? "--blue" : "--ink"),
      );
      return known.map(({ effect, row }, n) => ({
        type: "scatter",
        mode: "markers",
        x: [Math.min(1, Math.max(0, numbers[n][0]))],
        y: [row + (effect.share && effect.total ? shift : 0)],
        marker: { symbol, size: 11, color: hues[n], line: { width: 2, color: hues[n] } },
        ...bars([numbers[n]], "x", { color: hues[n], thickness: key === "share" ? 4 : 1.5 }),
        hovertemplate: `${effect.label}<br>${name}: ${words(numbers[n])}<extra></extra>`,
      }));
    });
  }

  function drawRanking(Plotly, element, effects) {
    const narrow = element.clientWidth < 560;
    const names = effects.map(({ label, kind }) => {
      const short = narrow ? wrapped(label, 20) : wrapped(label, 40);
      return kind === "factor" ? `<b>${short}</b>` : short;
    });
    const numbers = effects.map(({ share, total }) => words(share || total));
    if (narrow) numbers.forEach((text, row) => (names[row] += `<br>${text}`));
    const lines = names.reduce((sum, name) => sum + name.split("<br>").length, 0);
    const annotations = narrow
      ? []
      : numbers.map((text, row) => ({
          text, x: 1, xref: "paper", xanchor: "left", xshift: 12, y: row, showarrow: false,
          font: { color: colour("--quiet"), size: 12.5 },
        }));
    return Plotly.react(element, rankingTraces(effects), layout({
      height: 50 + Math.max(44 * effects.length, 24 * lines),
      margin: { l: 10, r: narrow ? 16 : 120, t: 8, b: 44 },
      xaxis: axis({ range: [-0.012, 1.012], tickformat: PERCENT, dtick: 0.25 }),
      yaxis: axis({
        range: [effects.length - 0.5, -0.5], tickvals: names.map((_, row) => row), ticktext: names,
        showgrid: false, ticks: "",
      }),
      annotations,
    }), CONFIG);
  }

  /** Words broken into lines for plotly. */
  function wrapped(text, most) {
    const lines = [""];
    for (const word of text.split(" ")) {
      const line = lines[lines.length - 1];
      if (line && line.length + 1 + word.length > most) lines.push(word);
      else lines[lines.length - 1] = line ? `${line} ${word}` : word;
    }
    return lines.join("<br>");
  }

  // The levels --------------------------------------------------------------------------------------

  function drawLevels(Plotly, element, levels, undertrained) {
    const places = levels.labels.map((_, n) => n);
    const shift = 0.035 * Math.max(1, levels.labels.length / 5);
    const series = [
      ["recovered", "modes recovered", "--blue", "diamond", shift],
      ["collapsed", "collapsed", "--vermillion", "circle", -shift],
    ];
    if (undertrained) series.unshift(["undertrained", "undertrained", "--quiet", "square", 0]);
    const traces = series.map(([key, name, hue, symbol, by]) => {
      const faint = key === "undertrained";
      const numbers = levels[key];
      return {
        type: "scatter",
        name,
        mode: levels.ordered ? "lines+markers" : "markers",
        x: places.map((place) => place + by),
        y: numbers.map((one) => one[0]),
        marker: { symbol, size: faint ? 6 : 8, color: colour(hue) },
        line: { color: colour(hue), width: faint ? 1.2 : 2, dash: faint ? "dot" : "solid" },
        ...(faint ? {} : bars(numbers, "y", { color: colour(hue), thickness: 1.5 })),
        text: numbers.map((one, n) => `${levels.labels[n]}<br>${name}: ${words(one)}`),
        hovertemplate: "%{text}<extra></extra>",
      };
    });
    const every = Math.ceil(levels.labels.length / Math.max(3, Math.floor(element.clientWidth / 58)));
    const shown = places.filter((place) => place % every === 0);
    return Plotly.react(element, traces, layout({
      height: 230,
      margin: { l: 44, r: 10, t: 8, b: 40 },
      xaxis: axis({
        range: [-0.5, places.length - 0.5], tickvals: shown, showgrid: false, tickangle: 0, tickfont: { size: 11.5 },
        ticktext: shown.map((place) => wrapped(levels.labels[place], 9)),
      }),
      yaxis: axis({ range: [-0.03, 1.03], tickformat: PERCENT, dtick: 0.25 }),
    }), CONFIG);
  }

  // A line for every trial --------------------------------------------------------------------------

  class Lines {
    constructor(element, trials, table) {
      this.element = element;
      this.trials = trials;
      this.table = table;
      const finished = (index) => trials.verdicts[index] !== "";
      this.indices = Array.from({ length: trials.count }, (_, n) => n).filter(finished);
      this.words = Object.keys(TONE_COLOURS).filter((word) => trials.verdicts.includes(word));
      const wanted = (one) => one.cells || ["verdict", "modes_recovered", "high_quality"].includes(one.name);
      this.columns = trials.columns.filter(wanted).filter((one) => this.varies(one) || one.trials);
      table.onClear = () => this.clear();
    }

    varies(column) {
      return new Set(column.cells || []).size > 1;
    }

    dimension(column) {
      const values = this.indices.map((index) => this.trials.value(column, index));
      const label = column.label;
      if (!column.numeric) {
        const names = column.name === "verdict" ? this.words : [...new Set(values)];
        const range = names.length === 1 ? [-1, 1] : [0, names.length - 1];
        const places = spread(values.map((value) => names.indexOf(value)));
        return { label, range, values: places, tickvals: names.map((_, n) => n), ticktext: names };
      }
      const known = values.filter((value) => value !== null);
      if (!known.length) return null;
      const [low, high] = [Math.min(...known), Math.max(...known)];
      const distinct = [...new Set(known)].sort((a, b) => a - b);
      if (column.log && low > 0 && high > low) {
        const ticks = distinct.length <= 9 ? distinct : decades(low, high);
        const range = [Math.log10(low), Math.log10(high)];
        const logs = values.map(Math.log10);
        return {
          label, range, values: distinct.length <= 9 ? spread(logs) : logs, tickvals: ticks.map(Math.log10), ticktext: ticks.map(ganrun.shortNumber),
        };
      }
      // A diverged trial may lack a metric: it is drawn at the foot of that axis.
      const filled = values.map((value) => (value === null ? low : value));
      const dimension = { label, values: filled, range: low < high ? [low, high] : [low - 1, high + 1] };
      if (distinct.length <= 9) {
        dimension.values = spread(filled);
        dimension.tickvals = distinct;
        dimension.ticktext = distinct.map(ganrun.shortNumber);
      }
      return dimension;
    }

    draw(Plotly) {
      this.Plotly = Plotly;
      if (!this.indices.length) return excuse(this.element, "no trial has a result yet");
      if (withoutWebGL()) return excuse(this.element, withoutWebGL());
      const hues = this.words.map((word) => colour(TONE_COLOURS[word]));
      const step = 1 / hues.length;
      const scale = hues.flatMap((hue, n) => [[n * step, hue], [(n + 1) * step, hue]]);
      const dimensions = this.columns.map((column) => this.dimension(column)).filter(Boolean);
      const kept = (this.element.data && this.element.data[0].dimensions) || [];
      for (const dimension of dimensions) {
        const before = kept.find((one) => one.label === dimension.label);
        if (before && before.constraintrange) dimension.constraintrange = before.constraintrange;
      }
      this.dimensions = dimensions;
      this.element.style.minWidth = `${100 * dimensions.length}px`;
      const slanted = this.element.clientWidth < 165 * dimensions.length;
      const trace = {
        type: "parcoords",
        dimensions,
        line: {
          color: this.indices.map((index) => this.words.indexOf(this.trials.verdicts[index])),
          colorscale: scale, cmin: -0.5, cmax: hues.length - 0.5, showscale: false,
        },
        unselected: { line: { color: colour("--faint"), opacity: 0.25 } },
        labelfont: { size: 12, color: colour("--ink") },
        tickfont: { size: 11.5, color: colour("--ink") },
        rangefont: { size: 1, color: "rgba(0,0,0,0)" },
        labelside: "top",
        labelangle: slanted ? -15 : 0,
      };
      const shape = layout({
        height: 400 + (slanted ? 50 : 0),
        margin: { l: 80, r: 70, t: slanted ? 100 : 50, b: 24 },
        paper_bgcolor: colour("--paper"), // behind the numbers on the axes
      });
      delete shape.dragmode;
      return Plotly.react(this.element, [trace], shape, CONFIG).then(() => {
        if (this.listening) return;
        this.listening = true;
        this.element.on("plotly_restyle", () => this.filterTable());
      });
    }

    /** The trials whose lines are kept on every axis. */
    filterTable() {
      const { dimensions } = this.element.data[0];
      const limits = dimensions.filter((one) => one.constraintrange && one.constraintrange.length);
      if (!limits.length) return this.table.keep(null);
      const kept = this.indices.filter((_, n) =>
        limits.every(({ values, constraintrange }) =>
          (Array.isArray(constraintrange[0]) ? constraintrange : [constraintrange]).some(
            ([low, high]) => values[n] >= low && values[n] <= high,
          ),
        ),
      );
      return this.table.keep(new Set(kept));
    }

    clear() {
      const none = Object.fromEntries(this.dimensions.map((_, n) => [`dimensions[${n}].constraintrange`, null]));
      this.Plotly.restyle(this.element, none).then(() => this.table.keep(null));
    }
  }

  /** Values of a few levels, moved a little apart, so that one sees how many are equal; never
      beyond the outermost levels, where plotly's selections end. */
  function spread(values) {
    const levels = [...new Set(values)].sort((a, b) => a - b);
    if (levels.length < 2) return values;
    const [low, high] = [levels[0], levels[levels.length - 1]];
    const gaps = levels.slice(1).map((level, n) => level - levels[n]);
    const most = Math.min(0.022 * (high - low), 0.2 * Math.min(...gaps));
    return values.map((value, n) => {
      const share = 2 * ((n * 0.6180339887) % 1) - 1; // spread evenly, whatever the order
      const inwards = value === low ? 1 : value === high ? -1 : 0;
      return value + most * (share + inwards);
    });
  }

  function decades(low, high) {
    const ticks = [];
    for (let power = Math.floor(Math.log10(low)); 10 ** power <= high * 1.0001; power += 1) {
      for (const digit of [1, 3]) {
        const tick = Number((digit * 10 ** power).toPrecision(1));
        if (tick >= low * 0.9999 && tick <= high * 1.0001) ticks.push(tick);
      }
    }
    return ticks;
  }

  // All of them -------------------------------------------------------------------------------------

  /** Draw all charts, now and whenever colours or sizes change; resolves when they are drawn. */
  ganrun.drawCharts = async function (charts, trials, table) {
    const elements = document.querySelectorAll(".chart");
    let Plotly;
    try {
      Plotly = await loadPlotly();
    } catch (reason) {
      for (const element of elements) excuse(element, reason.message);
      for (const details of document.querySelectorAll(".numbers-of")) details.open = details.querySelector("table") !== null;
      return false;
    }
    const lines = new Lines(document.getElementById("lines-chart"), trials, table);
    const ranking = document.getElementById("ranking-chart");
    const draw = () =>
      Promise.all([
        ranking && drawRanking(Plotly, ranking, charts.ranking),
        ...Array.from(document.querySelectorAll("[data-levels]"), (element) =>
          drawLevels(Plotly, element, charts.levels[element.dataset.levels], charts.undertrained),
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
