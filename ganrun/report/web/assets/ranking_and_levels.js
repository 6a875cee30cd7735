/* The ranking of what explains missing modes, and what happens at each level, drawn by plotly. */

import { percent } from "../../../page/assets/wording.js";
import {
  brokenAt,
  CHART_CONFIG,
  chartAxis,
  chartLayout,
  errorBars,
  pageColour,
  shareWords,
} from "./chart_pieces.js";

const QUARTERS = [0, 0.25, 0.5, 0.75, 1];
const PERCENT = { tickvals: QUARTERS, ticktext: QUARTERS.map((share) => percent(share)) };

function rankingTraces(effects) {
  const series = [
    ["share", "by itself", "circle", -0.11],
    ["total", "with interactions", "circle-open", 0.11],
  ];
  return series.flatMap(([key, name, symbol, shift]) => {
    const rows = effects.map((effect, row) => ({ effect, row }));
    const known = rows.filter(({ effect }) => effect[key]);
    if (!known.length) return [];
    const numbers = known.map(({ effect }) => effect[key]);
    const hues = known.map(({ effect }) =>
      pageColour(effect.kind === "chance" ? "--quiet" : key === "share" ? "--blue" : "--ink"),
    );
    return known.map(({ effect, row }, n) => ({
      type: "scatter",
      mode: "markers",
      x: [Math.min(1, Math.max(0, numbers[n][0]))],
      y: [row + (effect.share && effect.total ? shift : 0)],
      marker: { symbol, size: 11, color: hues[n], line: { width: 2, color: hues[n] } },
      error_x: errorBars([numbers[n]], { color: hues[n], thickness: key === "share" ? 4 : 1.5 }),
      hovertemplate: `${effect.label}<br>${name}: ${shareWords(numbers[n])}<extra></extra>`,
    }));
  });
}

export function drawRanking(Plotly, chart, effects) {
  const narrow = chart.clientWidth < 560;
  const names = effects.map(({ label, kind }) => {
    const short = narrow ? brokenAt(label, 20) : brokenAt(label, 40);
    return kind === "factor" ? `<b>${short}</b>` : short;
  });
  const numbers = effects.map(({ share, total }) => shareWords(share || total));
  if (narrow) numbers.forEach((text, row) => (names[row] += `<br>${text}`));
  const lines = names.reduce((sum, name) => sum + name.split("<br>").length, 0);
  const annotations = narrow
    ? []
    : numbers.map((text, row) => ({
        text,
        x: 1,
        y: row,
        xref: "paper",
        xanchor: "left",
        xshift: 12,
        showarrow: false,
        font: { color: pageColour("--quiet"), size: 12.5 },
      }));
  const layout = chartLayout({
    height: 50 + Math.max(44 * effects.length, 24 * lines),
    margin: { l: 10, r: narrow ? 16 : 120, t: 8, b: 44 },
    xaxis: chartAxis({ range: [-0.012, 1.012], ...PERCENT }),
    yaxis: chartAxis({
      range: [effects.length - 0.5, -0.5],
      showgrid: false,
      ticks: "",
      tickvals: names.map((_, row) => row),
      ticktext: names,
    }),
    annotations,
  });
  return Plotly.react(chart, rankingTraces(effects), layout, CHART_CONFIG);
}

export function drawLevels(Plotly, chart, levels, undertrained) {
  const places = levels.labels.map((_, n) => n);
  const shift = 0.035 * Math.max(1, levels.labels.length / 5);
  const series = [
    ["recovered", "modes recovered", "--blue", "diamond", shift],
    ["missed", "miss any mode", "--vermillion", "circle", -shift],
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
      marker: { symbol, size: faint ? 6 : 8, color: pageColour(hue) },
      line: { color: pageColour(hue), width: faint ? 1.2 : 2, dash: faint ? "dot" : "solid" },
      error_y: faint ? {} : errorBars(numbers, { color: pageColour(hue), thickness: 1.5 }),
      text: numbers.map((one, n) => `${levels.labels[n]}<br>${name}: ${shareWords(one)}`),
      hovertemplate: "%{text}<extra></extra>",
    };
  });
  const fitting = Math.max(3, Math.floor(chart.clientWidth / 58));
  const every = Math.ceil(levels.labels.length / fitting);
  const shown = places.filter((place) => place % every === 0);
  const layout = chartLayout({
    height: 230,
    margin: { l: 44, r: 10, t: 8, b: 40 },
    xaxis: chartAxis({
      range: [-0.5, places.length - 0.5],
      showgrid: false,
      tickangle: 0,
      tickfont: { size: 11.5 },
      tickvals: shown,
      ticktext: shown.map((place) => brokenAt(levels.labels[place], 9)),
    }),
    yaxis: chartAxis({ range: [-0.03, 1.03], ...PERCENT }),
  });
  return Plotly.react(chart, traces, layout, CHART_CONFIG);
}
