/* What changes as a game goes on, by completed rounds: `ganrun.game.schedules`. */

/* How much of the way is done, from 0 to 1; none of it where there is no end. */
const passed = (done, until) => Math.min(1, Math.max(0, done / Math.max(until, 1)));
/* Up to 1, in equal steps that begin with the first round. */
const warm = (done, warmup) => Math.min(1, (done + 1) / Math.max(warmup, 1));

/* The factor on both learning rates in the round that follows `done` completed ones. */
export const SCHEDULES = {
  constant: () => 1,
  linear: (done, { until, final, warmup }) => warm(done, warmup) * (1 - (1 - final) * passed(done, until)),
  cosine(done, { until, final, warmup }) {
    const height = 0.5 * (1 + Math.cos(Math.PI * passed(done, until)));
    return warm(done, warmup) * (final + (1 - final) * height);
  },
};

/* A strength that falls in a line to 0 within `until` rounds; null is never. */
export const faded = (value, until, done) => value * (1 - passed(done, until ?? Infinity));

/* A share that falls in a line from 1 within `until` rounds; at once where there are none. */
export const narrowed = (share, until, done) => 1 - (1 - share) * ((until ?? 0) < 1 ? 1 : passed(done, until));
