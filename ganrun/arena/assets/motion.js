/* Points that move to where they belong instead of jumping there, for a round in slow motion. */

const SECONDS = 0.9;
const MARGIN = 0.9; // of the picture that noise fills

/* Latent points laid out in a window of the plane: [N, 2], of [N, 2] or of [N, 1] as a thread. */
export function laidOut(latents, count, [x0, x1, y0, y1]) {
  const each = latents.length / count;
  const reach = latents.reduce((most, one) => Math.max(most, Math.abs(one)), 1e-6);
  const points = new Float32Array(2 * count);
  for (let n = 0; n < count; n += 1) {
    const [u, v] = [latents[n * each], each > 1 ? latents[n * each + 1] : 0];
    points[2 * n] = (x0 + x1) / 2 + ((MARGIN * u) / reach) * ((x1 - x0) / 2);
    points[2 * n + 1] = (y0 + y1) / 2 + ((MARGIN * v) / reach) * ((y1 - y0) / 2);
  }
  return points;
}

export class Motion {
  constructor() {
    this.to = null;
  }

  /* Where points that belong at `points` are to be drawn now; `slowly` if they shall move there. */
  towards(points, now, slowly) {
    const isElsewhere = this.to !== null && points.length === this.to.length && points !== this.to;
    if (isElsewhere && slowly) Object.assign(this, { from: this.at(now), began: now });
    else if (points !== this.to) this.began = -Infinity;
    this.to = points;
    return this.at(now);
  }

  isMoving(now) {
    return this.to !== null && this.part(now) < 1;
  }

  part(now) {
    const part = Math.min(1, (now - this.began) / 1000 / SECONDS);
    return part < 0.5 ? 2 * part * part : 1 - 2 * (1 - part) ** 2; // slowly off, slowly to a stop
  }

  at(now) {
    const part = this.part(now);
    if (part >= 1) return this.to;
    return this.to.map((to, n) => this.from[n] + part * (to - this.from[n]));
  }
}
