/* One row per mode: what share of the forgeries it got over the rounds and gets now.
 *
 * A row's history runs from left to right over all rounds so far: the stronger the colour,
 * the nearer to the mode's fair share. The bar beside it is the share now, with a tick where a fair share would be.
 * A mode that is missing now has a hatched, dashed bar and, where there is room, the word. */

import { fitted, hatching } from "../../page/assets/canvas.js";
import { coloursOf } from "../../page/assets/theme.js";
import { percent } from "../../page/assets/wording.js";

const COLUMNS = 240; // kept at least half of them, at most all
const NUMBER_WIDTH = 22;
const GAP = 8;

export class ModeShares {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.clear(0);
  }

  /* Begin anew, for modes with these weights (summing to 1). */
  clear(weights) {
    this.weights = weights || [];
    this.modes = this.weights.length;
    this.history = [];
    this.stride = 1;
    this.skipped = 0;
    this.now = null;
    this.latest = -1;
    this.canvas.style.setProperty("--mode-shares-height", `${Math.max(1, this.modes) * this.rowHeight}px`);
    this.readColours();
  }

  get rowHeight() {
    return Math.max(5, Math.min(17, Math.floor(170 / Math.max(1, this.modes))));
  }

  /* The newest evaluation; one of the round before, seen anew, adds nothing to the history. */
  push({ round, shares, covered }) {
    this.now = { shares, covered };
    if (round === this.latest) return;
    this.latest = round;
    this.skipped += 1;
    if (this.skipped < this.stride) return;
    this.skipped = 0;
    this.history.push(shares);
    if (this.history.length > COLUMNS) {
      this.history = this.history.filter((_, index) => index % 2 === 1);
      this.stride *= 2;
    }
  }

  readColours() {
    const colour = coloursOf(this.canvas);
    this.colours = Object.fromEntries(
      ["ink", "quiet", "faint", "blue", "vermillion", "paper"].map((name) => [name, colour(`--${name}`)]),
    );
    this.hatching = null;
  }

  draw() {
    const { context, modes, rowHeight } = this;
    const size = fitted(this.canvas);
    if (!size || modes === 0) return;
    const [wide] = size;
    const barWidth = Math.max(94, Math.min(150, Math.round(0.38 * wide)));
    const left = rowHeight >= 11 ? NUMBER_WIDTH : 0;
    const historyWidth = wide - left - barWidth - GAP;
    context.font = `${Math.min(11, rowHeight - 3)}px system-ui, sans-serif`;
    context.textBaseline = "middle";
    for (let mode = 0; mode < modes; mode++) {
      const top = mode * rowHeight;
      const height = rowHeight - (rowHeight > 8 ? 3 : 1);
      if (left) {
        context.fillStyle = this.colours.quiet;
        context.fillText(mode, 2, top + height / 2 + 0.5);
      }
      this.drawHistory(mode, left, top, historyWidth, height);
      this.drawBar(mode, left + historyWidth + GAP, top, barWidth, height);
    }
  }

  drawHistory(mode, left, top, width, height) {
    const { context, history, weights } = this;
    context.fillStyle = this.colours.faint;
    context.globalAlpha = 0.35;
    context.fillRect(left, top, width, height);
    context.fillStyle = this.colours.blue;
    const step = width / Math.max(history.length, 60);
    for (let column = 0; column < history.length; column++) {
      const fairness = history[column][mode] / weights[mode];
      if (fairness < 0.02) continue;
      context.globalAlpha = Math.min(1, 0.12 + 0.78 * fairness);
      const [from, to] = [Math.round(left + column * step), Math.round(left + (column + 1) * step)];
      context.fillRect(from, top, to - from, height);
    }
    context.globalAlpha = 1;
  }

  drawBar(mode, left, top, width, height) {
    const { context, colours } = this;
    const fair = this.weights[mode];
    const most = Math.max(...this.weights) * 2.5;
    const share = this.now ? this.now.shares[mode] : 0;
    const missing = this.now !== null && this.now.covered[mode] === false;
    const length = Math.min(1, share / most) * width;
    const tick = left + (fair / most) * width;
    if (missing) {
      context.fillStyle = this.hatch();
      context.fillRect(left, top, tick - left, height);
      context.strokeStyle = colours.vermillion;
      context.setLineDash([3, 2]);
      context.lineWidth = 1;
      context.strokeRect(left + 0.5, top + 0.5, tick - left - 1, Math.max(1, height - 1));
      context.setLineDash([]);
    }
    context.fillStyle = missing ? colours.vermillion : colours.blue;
    context.fillRect(left, top, length, height);
    context.fillStyle = colours.ink;
    context.fillRect(tick - 0.5, top - 0.5, 1, height + 1);
    if (this.rowHeight < 11 || this.now === null) return;
    context.fillStyle = missing ? colours.vermillion : colours.quiet;
    const words = missing ? "missing" : percent(share);
    const at = Math.max(tick, left + length) + 5;
    const wide = context.measureText(words).width;
    if (at + wide > left + width) {
      if (missing) return; // the hatching and the words below say it too
      context.fillStyle = colours.paper;
      context.fillText(words, left + length - wide - 5, top + height / 2 + 0.5);
    } else context.fillText(words, at, top + height / 2 + 0.5);
  }

  /* Diagonal lines: what is missing is seen without colour too. */
  hatch() {
    const lines = { strength: 0.55, thickness: 1.2 };
    this.hatching ||= hatching(this.context, this.colours.vermillion, lines);
    return this.hatching;
  }
}
