/* The closed lines around a chain of beads, at distance 3: `ganrun.measure.outlines`. */

const DISTANCE = 3;
const POINTS = 60; // around each bead
const GAP = 1.5; // points on a line are less than so many std apart

/* Of the circles around a mode's beads, what lies in none of the others, from point to nearest point:
 * closed lines of numbers x, y, x, y. */
export function outlineOf({ owner, gaussians }, mode) {
  const beads = gaussians.means.filter((_, bead) => owner[bead] === mode);
  const std = Math.sqrt(gaussians.covariances[0][0]);
  const radius = DISTANCE * std;
  const isOutside = ([x, y]) => beads.every(([u, v]) => Math.hypot(x - u, y - v) >= radius * (1 - 1e-6));
  const around = ([x, y]) =>
    Array.from({ length: POINTS }, (_, k) => {
      const angle = (2 * Math.PI * k) / POINTS;
      return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
    });
  return loops(beads.flatMap(around).filter(isOutside), GAP * std);
}

function loops(points, gap) {
  const left = new Set(points);
  const found = [];
  while (left.size) {
    const walk = walked(left, gap);
    if (walk.length > 2) found.push([...walk, walk[0]].flat());
  }
  return found;
}

/* From a point to the nearest that is left, while one is near. */
function walked(left, gap) {
  const walk = [];
  let [point] = left;
  while (point) {
    walk.push(point);
    left.delete(point);
    let [next, least] = [null, gap];
    for (const other of left) {
      const way = Math.hypot(other[0] - point[0], other[1] - point[1]);
      if (way <= least) [next, least] = [other, way];
    }
    point = next;
  }
  return walk;
}
