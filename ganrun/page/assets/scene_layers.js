/* What lies over a scene's ground: the net of noise, real points, and what the detective takes a note
   for. Each is drawn on a `Scene`, by its scale and its colours. */

import { valueAt } from "./field.js";

const NET = 0.38; // how strong a line of the net is, of 1
const MOST_LINES = 16; // of the net each way: of more every second is drawn, so that one sees beneath
const REAL = 3.1; // CSS pixels from the middle of a real point's diamond to its corners
const CROSS = 2.6; // and of a forgery's that is caught

/** The image of a net of noise: where its meshes are small the forger prints much, where they are
    pulled long, little. `points` holds `lines` lines of as many (or of one) points. */
export function drawNet(scene, { points, lines }) {
  const { context, ratio } = scene;
  const across = points.length / 2 / lines;
  const at = (i, j) => 2 * (i * across + j);
  const line = (places) => {
    let drawing = false;
    for (const place of places) {
      const [x, y] = [scene.px(points[place]), scene.py(points[place + 1])];
      const known = Number.isFinite(x + y);
      if (known && drawing) context.lineTo(x, y);
      else if (known) context.moveTo(x, y);
      drawing = known;
    }
  };
  const counted = (count) => Array.from({ length: count }, (_, n) => n);
  context.save();
  context.beginPath();
  const isDrawn = (n, count) => n % Math.ceil(count / MOST_LINES) === 0 || n === count - 1;
  for (let j = 0; j < across; j += 1) if (isDrawn(j, across)) line(counted(lines).map((i) => at(i, j)));
  for (let i = 0; across > 1 && i < lines; i += 1) if (isDrawn(i, lines)) line(counted(across).map((j) => at(i, j)));
  context.globalAlpha = across > 1 ? NET : 0.8;
  context.strokeStyle = scene.colours.purple;
  context.lineWidth = (across > 1 ? 0.9 : 1.6) * ratio;
  context.stroke();
  context.restore();
}

/** Real points: hollow diamonds. */
export function drawReal(scene, points) {
  const { context, ratio, colours } = scene;
  const size = REAL * ratio;
  context.save();
  context.beginPath();
  for (let n = 0; n + 1 < points.length; n += 2) {
    const [x, y] = [scene.px(points[n]), scene.py(points[n + 1])];
    context.moveTo(x, y - size);
    context.lineTo(x + size, y);
    context.lineTo(x, y + size);
    context.lineTo(x - size, y);
    context.closePath();
  }
  context.fillStyle = colours.paper;
  context.globalAlpha = 0.75;
  context.fill();
  context.globalAlpha = 1;
  context.strokeStyle = colours["blue-text"];
  context.lineWidth = 1.2 * ratio;
  context.stroke();
  context.restore();
}

/** A cross on every sample that the detective takes for forged; those that pass stay as they are. */
export function drawStamps(scene, { samples, field, grid, fieldMiddle }) {
  if (!field || fieldMiddle === null) return;
  const { context, ratio, colours } = scene;
  const size = CROSS * ratio;
  context.save();
  context.beginPath();
  for (let n = 0; n + 1 < samples.length; n += 2) {
    const [u, v] = [samples[n], samples[n + 1]];
    if (!(valueAt(field, grid, scene.target.extent, u, v) < fieldMiddle)) continue;
    const [x, y] = [scene.px(u), scene.py(v)];
    context.moveTo(x - size, y - size);
    context.lineTo(x + size, y + size);
    context.moveTo(x + size, y - size);
    context.lineTo(x - size, y + size);
  }
  context.lineCap = "round";
  context.strokeStyle = colours.paper;
  context.lineWidth = 3.2 * ratio;
  context.stroke();
  context.strokeStyle = colours.vermillion;
  context.lineWidth = 1.5 * ratio;
  context.stroke();
  context.restore();
}
