/* The samples of some rows of a table, as players and scenes want them. */

import { decode } from "../../../page/assets/decode.js";

const SEEN = { 0: false, 1: true, "-": null };

export class Films {
  /** frames = {trials: {row: packed}, targets: [...], steps: [[...]]}, as trial_frames.py packs it. */
  constructor(frames) {
    this.frames = frames;
  }

  hasFrames(index) {
    return String(index) in this.frames.trials;
  }

  /** What a player wants of a row; null where the page does not hold it. */
  film(index) {
    const packed = this.frames.trials[index];
    if (!packed) return null;
    const target = this.frames.targets[packed.target];
    const steps = this.frames.steps[packed.steps];
    const [x0, x1, y0, y1] = target.extent;
    return {
      target,
      steps,
      samples: {
        shape: [steps.length, packed.points, 2],
        dtype: "u8",
        low: Math.min(x0, y0),
        high: Math.max(x1, y1),
        b64: packed.b64,
      },
      field: null,
      covered: packed.covered.map((frame) => Array.from(frame, (mode) => SEEN[mode])),
    };
  }

  /** The end of a row's film: a scene's target and frame. */
  ending(index) {
    const film = this.film(index);
    if (!film) return null;
    const samples = decode(film.samples);
    const each = 2 * film.samples.shape[1];
    return {
      target: film.target,
      frame: {
        samples: samples.subarray(samples.length - each),
        field: null,
        covered: film.covered[film.covered.length - 1],
        arrows: false,
      },
    };
  }
}
