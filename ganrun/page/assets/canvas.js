/* What pictures on a canvas share: sharpness, a finger drawn along them, and a fill that is told from
   the others without its colour. */

import { element } from "./elements.js";

const TILE = 6; // CSS pixels from one slanted line to the next

/** Clear a canvas and fit it to the screen's pixels, to be drawn on in CSS pixels; returns its
    width and height in these, or null where it is not shown. */
export function fitted(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const [wide, high] = [canvas.clientWidth, canvas.clientHeight];
  if (!wide || !high) return null;
  const pixels = { width: Math.round(wide * ratio), height: Math.round(high * ratio) };
  if (canvas.width !== pixels.width || canvas.height !== pixels.height) Object.assign(canvas, pixels);
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, wide, high);
  return [wide, high];
}

/** A straight line from one point to another, in the context's present style. */
export function straight(context, [x0, y0], [x1, y1]) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

/** Call back with how far along its plot, from 0 to 1, a canvas is clicked or dragged; `edges`
    gives, for the canvas's width, what lies left and right of the plot, all in CSS pixels. */
export function onDragAlong(canvas, edges, callback) {
  const tell = (event) => {
    const box = canvas.getBoundingClientRect();
    const { left, right } = edges(box.width);
    const share = (event.clientX - box.left - left) / (box.width - left - right);
    callback(Math.max(0, Math.min(1, share)));
  };
  let held = false;
  canvas.addEventListener("pointerdown", (event) => {
    held = true;
    canvas.setPointerCapture(event.pointerId);
    tell(event);
  });
  canvas.addEventListener("pointermove", (event) => held && tell(event));
  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, () => (held = false));
  }
}

/** A fill of fine slanted lines, this strong (0 to 1) and thick (CSS pixels), on a ground or none. */
export function hatching(context, colour, { strength, thickness, ground }) {
  const tile = element("canvas");
  tile.width = tile.height = TILE;
  const pen = tile.getContext("2d");
  if (ground) {
    pen.fillStyle = ground;
    pen.fillRect(0, 0, TILE, TILE);
  }
  pen.strokeStyle = colour;
  pen.globalAlpha = strength;
  pen.lineWidth = thickness;
  pen.beginPath();
  for (const at of [-TILE, 0, TILE]) {
    pen.moveTo(at, TILE);
    pen.lineTo(at + TILE, 0);
  }
  pen.stroke();
  return context.createPattern(tile, "repeat");
}
