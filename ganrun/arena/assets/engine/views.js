/* A game as it is looked at: samples of always the same latent points, the field, real points, the net. */

import { STREAM, roundKey } from "./draws.js";
import { evaluate } from "./measures.js";

export const SIZES = { picture: 512, real: 128, grid: 32, manifold: 24 };
const CENTRAL = 0.98; // the share of a latent coordinate that the net spans
const NEWTON = 4;

/* The logistic-like first guess is bettered by Newton's steps on the normal distribution function. */
function normalQuantile(share) {
  let z = Math.log(share / (1 - share)) / 1.702;
  for (let step = 0; step < NEWTON; step += 1) z -= ((below(z) - share) * Math.sqrt(2 * Math.PI)) / Math.exp(-(z * z) / 2);
  return z;
}

/* The normal distribution function, by the series about 0. */
function below(z) {
  let [term, sum] = [z, z];
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n += 1) {
    term *= (z * z) / (2 * n + 1);
    sum += term;
  }
  return 0.5 + (sum * Math.exp(-(z * z) / 2)) / Math.sqrt(2 * Math.PI);
}

const QUANTILES = { normal: (share) => (share === 0.5 ? 0 : normalQuantile(share)), uniform: (share) => 2 * share - 1 };

/* The arrays of a picture, and how often the detective is right; `window` = [x_min, x_max, y_min, y_max]. */
export function viewOf(game, window) {
  const { program, facts } = game;
  const { views, call } = program;
  const { inputs } = facts.generator;
  if (game.sightedFor !== String(window)) prepare(game, window);
  if (facts.company) game.drawFor("company", { latents: roundKey(game.seed, STREAM.company, 0) });
  game.drawFor("picture", { latents: roundKey(game.seed, STREAM.snapshot, 0) });
  call.picture();
  if (program.hasNet) call.manifold();
  call["logits.field"]();
  game.drawReal(roundKey(game.seed, STREAM.shown, game.round), views["points.real"].length / 2, views["points.real"]);
  const { manifold: side, grid } = program.sizes;
  const arrays = {
    samples: [views.picture, [views.picture.length / 2, 2]],
    field: [views["logits.field"], [grid, grid]],
    real: [views["points.real"], [views["points.real"].length / 2, 2]],
    latents: firstTwo(views["latents.picture"], inputs),
    ...(program.hasNet ? { manifold: [views.manifold, [side, inputs > 1 ? side : 1, 2]] } : {}),
  };
  return { arrays, caught: caughtBy(game) };
}

/* What does not change while the window is the same: the grid, and the net of latent points. */
function prepare(game, [left, right, low, high]) {
  const { views, sizes } = game.program;
  const points = views["points.field"];
  for (let row = 0; row < sizes.grid; row += 1) {
    for (let column = 0; column < sizes.grid; column += 1) {
      const at = 2 * (row * sizes.grid + column);
      points[at] = left + (column / (sizes.grid - 1)) * (right - left);
      points[at + 1] = low + (row / (sizes.grid - 1)) * (high - low);
    }
  }
  if (game.program.hasNet) layNet(views.net, game.facts, sizes.manifold);
  game.sightedFor = String([left, right, low, high]);
}

/* Lines at equal steps of probability, the first index along the first coordinate; the others are 0. */
function layNet(net, { latent, generator: { inputs } }, side) {
  const ticks = Array.from({ length: side }, (_, index) => QUANTILES[latent.name]((1 - CENTRAL) / 2 + (CENTRAL * index) / (side - 1)));
  const across = inputs > 1 ? ticks : [0];
  net.fill(0);
  ticks.forEach((first, i) =>
    across.forEach((second, j) => {
      const at = (i * across.length + j) * inputs;
      net[at] = first;
      if (inputs > 1) net[at + 1] = second;
    }),
  );
}

function firstTwo(latents, inputs) {
  const kept = Math.min(2, inputs);
  const count = latents.length / inputs;
  if (kept === inputs) return [latents, [count, kept]];
  const first = new Float32Array(2 * count);
  for (let i = 0; i < count; i += 1) first.set(latents.subarray(i * inputs, i * inputs + 2), 2 * i);
  return [first, [count, 2]];
}

/* The shares of forged and of real points about which the detective is right; null of a critic. */
function caughtBy({ program: { views, call }, facts: { undecided } }) {
  if (undecided === null) return null;
  views["points.forged"].set(views.picture);
  call["judged.forged"]();
  call["judged.real"]();
  const share = (logits, isRight) => logits.reduce((sum, logit) => sum + (isRight(logit) ? 1 : 0), 0) / logits.length;
  return { forged: share(views["judged.forged"], (logit) => logit < undecided), real: share(views["judged.real"], (logit) => logit > undecided) };
}

/* The generator measured on fresh samples of this round. */
export function measured(game, mixture) {
  game.drawFor("evaluation", { latents: roundKey(game.seed, STREAM.evaluation, game.round) });
  game.call.evaluation();
  return evaluate(game.program.views.evaluation, mixture);
}
