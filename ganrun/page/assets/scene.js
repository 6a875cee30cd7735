/* One picture of the game: the discriminator's field, the true modes, the samples and what lies over
   them, and arrows that show where the discriminator pushes them. Colours come from style.css. */

import { element } from "./elements.js";
import { ARROW_CELLS, fieldSpread, finer, median, pushesOn, typicalPush } from "./field.js";
import { drawNet, drawReal, drawStamps } from "./scene_layers.js";
import { coloursOf, onThemeChange } from "./theme.js";

const LEAST_RADIUS = 5; // CSS pixels; a smaller ring could not be told from a sample
const ARROW_CELL = 32; // CSS pixels that a cell has at least, where that leaves half as many
const LEAST_NUMBERED = 150; // CSS pixels; in a smaller picture missing modes have no numbers
const LONGEST_ARROW = 0.11; // of the picture's width
const SHADES = 256;
const FINEST = 4; // pieces that a cell of the field is drawn in, each way
const PIECE = 5; // CSS pixels that such a piece has at least

export class Scene {
  /** target = {extent: [x0, x1, y0, y1], modes: [{x, y, rx, ry, angle, weight, outline}]}, the
      outline of a mode that is no ellipse alone: closed lines of numbers x, y, x, y. */
  constructor(canvas, target) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.image = element("canvas");
    this.frame = null;
    this.setTarget(target);
    this.readColours();
    this.resize();
    const endWatching = onThemeChange(() => {
      this.readColours();
      this.redraw();
    });
    const observer = new ResizeObserver(() => this.resize());
    observer.observe(canvas);
    this.close = () => {
      endWatching();
      observer.disconnect();
    };
  }

  setTarget(target) {
    this.target = target;
    this.place();
  }

  /** Take the canvas's size on the page, in the screen's own pixels. */
  resize() {
    const ratio = window.devicePixelRatio || 1;
    const wide = Math.max(1, Math.round(this.canvas.clientWidth * ratio));
    const high = Math.max(1, Math.round(this.canvas.clientHeight * ratio));
    this.ratio = ratio;
    if (this.canvas.width !== wide || this.canvas.height !== high) {
      this.canvas.width = wide;
      this.canvas.height = high;
    }
    this.place();
    this.sprite = this.dot();
    this.redraw();
  }

  /** Draw {samples, field, grid, fieldRange, covered, arrows, uphill} and, if given, fieldMiddle
      (the logit that is white; null: the field's median), arrowRange (the push that gets the
      longest arrow; null: from the data), net ({points: [L, M, 2], lines: L}), real (real points)
      stamps (whether samples say that the field takes them for forged) and unmarked (without the
      modes: the samples are not of their plane). */
  draw(frame) {
    this.frame = frame;
    const { context, canvas } = this;
    context.fillStyle = this.colours.paper;
    context.fillRect(0, 0, canvas.width, canvas.height);
    if (frame.field) this.drawField(frame);
    if (frame.net) drawNet(this, frame.net);
    if (!frame.unmarked) this.drawModes(frame.covered || null, false);
    if (frame.real) drawReal(this, frame.real);
    if (frame.samples) this.drawSamples(frame.samples);
    if (frame.stamps) drawStamps(this, frame);
    if (frame.arrows && frame.field) this.drawArrows(frame);
    if (!frame.unmarked) this.drawModes(frame.covered || null, true);
  }

  redraw() {
    if (this.frame) this.draw(this.frame);
  }

  place() {
    const [x0, x1, y0, y1] = this.target.extent;
    const { width, height } = this.canvas;
    this.scale = Math.min(width / (x1 - x0), height / (y1 - y0));
    this.left = (width - this.scale * (x1 - x0)) / 2 - this.scale * x0;
    this.bottom = (height + this.scale * (y1 - y0)) / 2 + this.scale * y0;
  }

  px(x) {
    return this.left + this.scale * x;
  }

  py(y) {
    return this.bottom - this.scale * y;
  }

  readColours() {
    const colour = coloursOf(this.canvas);
    const names = ["paper", "ink", "quiet", "blue", "vermillion", "green", "purple", "orange-text", "blue-text"];
    this.colours = Object.fromEntries(names.map((name) => [name, colour(`--${name}`)]));
    this.shades = shadesBetween(...["fake", "middle", "real"].map((end) => colour(`--field-${end}`)));
    this.sprite = this.dot();
  }

  /** A sample, drawn once. */
  dot() {
    const ratio = this.ratio || 1;
    const size = this.canvas.clientWidth || 300;
    const radius = Math.max(1.3, Math.min(2.6, size / 190)) * ratio;
    const side = Math.ceil(2 * radius + 4);
    const canvas = element("canvas");
    canvas.width = canvas.height = side;
    const context = canvas.getContext("2d");
    const circle = (r, colour, alpha) => {
      context.globalAlpha = alpha;
      context.fillStyle = colour;
      context.beginPath();
      context.arc(side / 2, side / 2, r, 0, 2 * Math.PI);
      context.fill();
    };
    circle(radius + 0.6 * ratio, this.colours.paper, 0.35);
    circle(radius, this.colours.ink, 0.75);
    return canvas;
  }

  drawField({ field, grid, fieldRange, fieldMiddle }) {
    const middle = fieldMiddle === null ? median(field) : fieldMiddle || 0;
    const range = fieldRange || fieldSpread(field, middle);
    const { image, context, shades } = this;
    const pieces = Math.max(1, Math.min(FINEST, Math.floor(this.canvas.clientWidth / grid / PIECE)));
    const { values, side } = finer(field, grid, pieces);
    if (image.width !== side || !this.pixels) {
      image.width = image.height = side;
      this.pixels = image.getContext("2d").createImageData(side, side);
      this.words = new Uint32Array(this.pixels.data.buffer);
    }
    const half = SHADES / 2;
    for (let row = 0; row < side; row += 1) {
      const to = (side - 1 - row) * side; // an image's first row is its highest
      for (let column = 0; column < side; column += 1) {
        const offset = (values[row * side + column] - middle) / range;
        const shade = Number.isNaN(offset) ? half : half + half * offset;
        this.words[to + column] = shades[Math.max(0, Math.min(SHADES - 1, shade | 0))];
      }
    }
    image.getContext("2d").putImageData(this.pixels, 0, 0);
    // The outer points lie on the window's edges; an image's edges are half a cell beyond.
    const [x0, x1, y0, y1] = this.target.extent;
    const [wide, high] = [this.scale * (x1 - x0), this.scale * (y1 - y0)];
    const [cell, tall] = [wide / (side - 1), high / (side - 1)];
    context.save();
    context.beginPath();
    context.rect(this.px(x0), this.py(y1), wide, high);
    context.clip();
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "high";
    context.drawImage(
      image,
      this.px(x0) - cell / 2,
      this.py(y1) - tall / 2,
      wide + cell,
      high + tall,
    );
    context.restore();
  }

  /** The samples, each on whole pixels, which a canvas copies nearly twice as fast. */
  drawSamples(samples) {
    const { context, sprite } = this;
    const half = sprite.width / 2;
    const [wide, high] = [this.canvas.width, this.canvas.height];
    for (let n = 0; n + 1 < samples.length; n += 2) {
      const x = Math.round(this.px(samples[n]) - half);
      const y = Math.round(this.py(samples[n + 1]) - half);
      // Also false for what is not a number.
      if (x > -sprite.width && y > -sprite.width && x < wide && y < high) {
        context.drawImage(sprite, x, y);
      }
    }
  }

  /** The rings of the modes that are covered, or (over the samples) of those that are not. */
  drawModes(covered, missing) {
    const { context, ratio } = this;
    this.target.modes.forEach((mode, k) => {
      if (missing !== (covered !== null && covered[k] === false)) return;
      const least = LEAST_RADIUS * ratio;
      const [rx, ry] = [Math.max(this.scale * mode.rx, least), Math.max(this.scale * mode.ry, least)];
      const [x, y] = [this.px(mode.x), this.py(mode.y)];
      const ring = (colour, width, alpha) => {
        context.globalAlpha = alpha;
        context.strokeStyle = colour;
        context.lineWidth = width * ratio;
        context.beginPath();
        if (mode.outline) mode.outline.forEach((loop) => this.traceLoop(loop));
        else context.ellipse(x, y, rx, ry, -mode.angle, 0, 2 * Math.PI);
        context.stroke();
      };
      context.save();
      ring(this.colours.paper, 3.6, 0.85);
      if (missing) {
        context.setLineDash([4 * ratio, 3 * ratio]);
        ring(this.colours.vermillion, 2.2, 1);
        context.restore();
        this.number(k, x, y, Math.max(rx, ry));
        return;
      }
      ring(covered && covered[k] ? this.colours.blue : this.colours.ink, 1.7, 1);
      context.restore();
    });
  }

  /** Add a closed line of numbers x, y, x, y to the path. */
  traceLoop(loop) {
    for (let n = 0; n + 1 < loop.length; n += 2) {
      const [x, y] = [this.px(loop[n]), this.py(loop[n + 1])];
      if (n) this.context.lineTo(x, y);
      else this.context.moveTo(x, y);
    }
    this.context.closePath();
  }

  /** A missing mode's number, beside its ring. */
  number(k, x, y, radius) {
    const { context, ratio } = this;
    if (this.canvas.width < LEAST_NUMBERED * ratio) return;
    const few = this.target.modes.length <= 12;
    const size = (few ? 12 : 10) * ratio;
    context.save();
    context.font = `600 ${size}px system-ui, sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    const below = this.py(this.target.extent[3]) > y - radius - 1.6 * size ? 1 : -1;
    const at = y + below * (radius + 0.85 * size);
    context.lineWidth = 3.5 * ratio;
    context.lineJoin = "round";
    context.strokeStyle = this.colours.paper;
    context.strokeText(`${k}`, x, at);
    context.fillStyle = this.colours.vermillion;
    context.fillText(`${k}`, x, at);
    context.restore();
  }

  drawArrows({ samples, field, grid, uphill, arrowRange }) {
    const push = uphill || (() => 1);
    const fitting = Math.round(this.canvas.clientWidth / ARROW_CELL);
    const cells = Math.max(ARROW_CELLS / 2, Math.min(ARROW_CELLS, fitting));
    const pushes = pushesOn(samples, field, grid, this.target.extent, push, cells);
    const range = arrowRange || typicalPush(pushes);
    if (!(range > 0)) return;
    const { context, ratio } = this;
    const longest = LONGEST_ARROW * Math.min(this.canvas.width, this.canvas.height);
    context.save();
    context.lineCap = context.lineJoin = "round";
    context.beginPath();
    for (const [x, y, dx, dy] of pushes) {
      const size = Math.hypot(dx, dy);
      const length = Math.min(1, size / range) * longest;
      if (length < 2.5 * ratio) continue;
      const [ux, uy] = [dx / size, -dy / size]; // on a screen y grows downwards
      const [fromX, fromY] = [this.px(x), this.py(y)];
      const [toX, toY] = [fromX + length * ux, fromY + length * uy];
      const head = Math.min(5 * ratio, 0.45 * length);
      context.moveTo(fromX, fromY);
      context.lineTo(toX, toY);
      context.moveTo(toX - head * (ux - 0.6 * uy), toY - head * (uy + 0.6 * ux));
      context.lineTo(toX, toY);
      context.lineTo(toX - head * (ux + 0.6 * uy), toY - head * (uy - 0.6 * ux));
    }
    context.globalAlpha = 0.8;
    context.strokeStyle = this.colours.paper;
    context.lineWidth = 3 * ratio;
    context.stroke();
    context.globalAlpha = 1;
    context.strokeStyle = this.colours.green;
    context.lineWidth = 1.5 * ratio;
    context.stroke();
    context.restore();
  }
}

/** SHADES colours as words of an image, from one colour over a middle one to another. */
function shadesBetween(...names) {
  const ends = names.map(rgb);
  const bytes = new Uint8ClampedArray(4 * SHADES);
  for (let n = 0; n < SHADES; n += 1) {
    const place = (2 * n) / (SHADES - 1);
    const [from, to] = place < 1 ? [ends[0], ends[1]] : [ends[1], ends[2]];
    const share = place < 1 ? place : place - 1;
    for (let c = 0; c < 3; c += 1) bytes[4 * n + c] = from[c] + share * (to[c] - from[c]);
    bytes[4 * n + 3] = 255;
  }
  return new Uint32Array(bytes.buffer);
}

/** Red, green and blue of a "#rrggbb". */
function rgb(hex) {
  const number = Number.parseInt(hex.slice(1), 16) || 0;
  return [(number >> 16) & 255, (number >> 8) & 255, number & 255];
}
