/* Where a target's modes are, layout by layout: `ganrun.mixture` and `ganrun.chains`. */

import { generator } from "./numpy_random.js";

const DARTS = 500; // places drawn for a mode
const RESTARTS = 20;
const TURN = 2 * Math.PI;

const range = (count, make) => Array.from({ length: count }, (_, index) => make(index));
const at = (distance, angle) => [distance * Math.cos(angle), distance * Math.sin(angle)];
const between = (low, high, count) => range(count, (index) => (count === 1 ? (low + high) / 2 : low + ((high - low) * index) / (count - 1)));

function random({ modes, radius, seed, least_distance: least }) {
  const draw = generator(seed);
  for (let start = 0; start < RESTARTS; start += 1) {
    const means = thrown(modes, radius, least, draw);
    if (means) return means;
  }
  throw new RangeError(`target: ${modes} modes at least ${least} apart do not fit into a square of half-width ${radius}`);
}

/* Means of which each is the first place of many that is free; null where none is. */
function thrown(modes, radius, least, draw) {
  const means = [];
  for (let k = 0; k < modes; k += 1) {
    const darts = range(DARTS, () => range(2, () => radius * (2 * draw() - 1)));
    const free = darts.find(([x, y]) => means.every((mean) => Math.sqrt((x - mean[0]) ** 2 + (y - mean[1]) ** 2) >= least));
    if (!free) return null;
    means.push(free);
  }
  return means;
}

/* Layout -> the means of its modes, where these are Gaussians. */
export const GAUSSIAN = {
  ring: ({ modes, radius }) => range(modes, (k) => at(radius, (TURN * k) / modes)),
  grid({ rows, columns, spacing }) {
    const centred = (index, count) => spacing * (index - (count - 1) / 2);
    return range(rows * columns, (k) => [centred(k % columns, columns), centred(Math.floor(k / columns), rows)]);
  },
  line: ({ modes, length }) => between(-length / 2, length / 2, modes).map((x) => [x, 0]),
  spiral({ modes, radius, turns }) {
    const fractions = range(modes, (k) => Math.sqrt((k + 1) / modes));
    return fractions.map((fraction) => at(radius * fraction, TURN * turns * fraction));
  },
  random,
  custom: ({ means }) => means,
  points: ({ means }) => means,
};

const middles = (count) => range(count, (index) => (index + 0.5) / count);

function twoMoons({ radius, beads }) {
  const angles = middles(beads).map((share) => Math.PI * share);
  const outer = angles.map((angle) => at(1, angle));
  const inner = outer.map(([x, y]) => [1 - x, 0.5 - y]);
  return [outer, inner].map((moon) => moon.map(([x, y]) => [radius * (x - 0.5), radius * (y - 0.25)]));
}

const ROLL_BEGINS = 1.5 * Math.PI; // as scikit-learn's does
const FINE = 20001;

/* Beads equally far apart along the curve t (cos t, sin t), whose length up to t is known. */
function swissRoll({ radius, turns, beads }) {
  const end = ROLL_BEGINS + TURN * turns;
  const angles = between(ROLL_BEGINS, end, FINE);
  const lengths = angles.map((t) => (t * Math.hypot(1, t) + Math.asinh(t)) / 2);
  const whole = lengths[FINE - 1] - lengths[0];
  let near = 0;
  const roll = middles(beads).map((share) => {
    const wanted = lengths[0] + share * whole;
    while (lengths[near + 1] < wanted) near += 1;
    const part = (wanted - lengths[near]) / (lengths[near + 1] - lengths[near]);
    const angle = angles[near] + part * (angles[near + 1] - angles[near]);
    return at((radius / end) * angle, angle);
  });
  return [roll];
}

function checkerboard({ cells, spacing, beads }) {
  const inside = middles(beads);
  const squares = [];
  for (let row = 0; row < cells; row += 1) {
    for (let column = row % 2; column < cells; column += 2) {
      const corner = [column - cells / 2, row - cells / 2];
      squares.push(inside.flatMap((y) => inside.map((x) => [spacing * (corner[0] + x), spacing * (corner[1] + y)])));
    }
  }
  return squares;
}

function rings({ modes, radius, beads }) {
  return range(modes, (index) => {
    const count = Math.ceil((beads * (index + 1)) / modes);
    return range(count, (k) => at((radius * (index + 1)) / modes, (TURN * k) / count));
  });
}

const BEAD_STD = 0.4; // of the way between two beads of a square

/* Layout -> the beads of its modes, where these are chains of small Gaussians. */
export const CHAINS = { two_moons: twoMoons, swiss_roll: swissRoll, checkerboard, rings };

/* The std of every bead. */
export const beadStd = ({ layout, std, spacing, beads }) => (layout === "checkerboard" ? (BEAD_STD * spacing) / beads : std);
