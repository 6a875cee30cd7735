/* What the sweep's charts are put together from: plotly, which travels packed in the page, and the
   look that they share. */

import { bytesOf } from "../../../page/assets/decode.js";
import { element } from "../../../page/assets/elements.js";
import { coloursOf } from "../../../page/assets/theme.js";
import { intervalWords } from "./trials.js";

/** Unpack plotly and put it into the page; rejects where the browser cannot. */
export async function loadPlotly() {
  if (window.Plotly) return window.Plotly;
  if (typeof DecompressionStream === "undefined") {
    throw new Error("this browser cannot unpack gzip (it lacks DecompressionStream)");
  }
  const island = document.getElementById("plotly");
  const bytes = bytesOf(JSON.parse(island.textContent));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = element("script");
  script.textContent = await new Response(stream).text();
  document.head.append(script); // the page's policy knows its hash
  if (!window.Plotly) throw new Error("its library did not start");
  return window.Plotly;
}

/** Words in place of a chart. */
export function excuse(chart, reason) {
  chart.removeAttribute("role");
  chart.removeAttribute("aria-label");
  const rest = "All else on this page works, and its numbers are in the tables.";
  chart.replaceChildren(element("p", "notice", `No chart here: ${reason}. ${rest}`));
}

/** One of the page's colours as it is now. */
export const pageColour = (name) => coloursOf(document.documentElement)(name);

/** What all charts share, in the page's colours of now. */
export function chartLayout(more) {
  return {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: {
      family: getComputedStyle(document.body).fontFamily,
      size: 13,
      color: pageColour("--ink"),
    },
    hoverlabel: {
      bgcolor: pageColour("--paper"),
      bordercolor: pageColour("--border"),
      font: { color: pageColour("--ink") },
    },
    showlegend: false,
    dragmode: false,
    ...more,
  };
}

/** An axis; charts are for reading, and stay where they are. */
export const chartAxis = (more) => ({
  gridcolor: pageColour("--faint"),
  linecolor: pageColour("--border"),
  zeroline: false,
  fixedrange: true,
  automargin: true,
  ...more,
});

/** Plotly's error bars of [value, low, high]s; without an interval none. */
export function errorBars(numbers, more) {
  const apart = (end) =>
    numbers.map((one) => (one[end] === null ? 0 : Math.abs(one[end] - one[0])));
  return {
    type: "data",
    symmetric: false,
    array: apart(2),
    arrayminus: apart(1),
    width: 0,
    ...more,
  };
}

/** `54 % [48, 60]` of [value, low, high]. */
export function shareWords([value, low, high]) {
  const inside = value === null ? null : Math.min(1, Math.max(0, value));
  return intervalWords({ kind: "rate" }, { value: inside, low, high });
}

/** Words broken into lines for plotly. */
export function brokenAt(text, most) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines[lines.length - 1];
    if (line && line.length + 1 + word.length > most) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return lines.join("<br>");
}

export const CHART_CONFIG = { displayModeBar: false, responsive: true };
