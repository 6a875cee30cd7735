/* The discriminator's logits as one looks at them: `ganrun.game.players.field_at`. */

import { add, beside, columnsOf, reshape, rowsOf, scale, spread, stack } from "./graph.js";

export const COMPANIES = 8; // packs over which the answer at a point is averaged

/* How many fakes a point is looked at beside. */
export const companyNeeded = ({ packing, batch, seesBatches }) => COMPANIES * (packing - 1) + (seesBatches ? batch - packing : 0);

function criticOf(program, options = {}) {
  const [params, vectors] = [program.paramsOf("discriminator"), program.vectorsOf("discriminator")];
  return (seen) => program.networks.discriminator.apply(params, vectors, seen, options);
}

/* The logit at each point, of a program; where it judges several together, in the company of fakes: the
 * mean over packs, in which the point has one place after the other. */
export function fieldIn(program, points, company) {
  const { packing } = program.facts;
  const critic = criticOf(program, { company: othersIn(program, company) });
  if (packing === 1) return critic(points);
  const packs = Array.from({ length: COMPANIES }, (_, index) => {
    const partners = reshape(rowsOf(company, index * (packing - 1), (index + 1) * (packing - 1)), 1, 2 * (packing - 1));
    return critic(joined(points, partners, index % packing));
  });
  return scale(packs.reduce(add), 1 / COMPANIES);
}

/* The logits of points as the discriminator sees them in training: in whole packs, and in batches. */
export function judgedIn(program, points) {
  const { packing, batch, seesBatches } = program.facts;
  const critic = criticOf(program);
  const unit = Math.min(seesBatches ? batch : packing, points.rows - (points.rows % packing));
  const whole = points.rows - (points.rows % unit);
  const packs = (from, to) => reshape(rowsOf(points, from, to), (to - from) / packing, 2 * packing);
  if (!seesBatches) return critic(packs(0, whole));
  const batches = Array.from({ length: whole / unit }, (_, index) => critic(packs(index * unit, (index + 1) * unit)));
  return batches.reduce(stack);
}

/* The rest of each one's batch, in packs; null where none is looked at. */
function othersIn({ facts: { packing, seesBatches } }, company) {
  if (!seesBatches) return null;
  const used = COMPANIES * (packing - 1);
  const rest = rowsOf(company, used, company.rows);
  return reshape(rest, rest.rows / packing, 2 * packing);
}

function joined(points, partners, place) {
  const all = spread(partners, points.rows, partners.columns);
  const parts = [[0, 2 * place], [2 * place, partners.columns]].map(([from, to]) => (to > from ? columnsOf(all, from, to) : null));
  return [parts[0], points, parts[1]].filter(Boolean).reduce(beside);
}
