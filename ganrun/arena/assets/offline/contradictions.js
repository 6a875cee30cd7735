/* Values, each right by itself, that make no game together: of `ganrun.config.contradictions` those that
 * a page can come to. A test holds both to the same cases and words. */

import { chosen } from "../engine/facts.js";

/* Each of the config and what is known of pieces; null, or what is wrong, behind the field at fault. */
const RULES = [
  ({ discriminator: { packing }, training: { batch_size: batch } }) =>
    batch % packing === 0 ? null : `discriminator.packing: packs of ${packing} do not divide training.batch_size, ${batch}`,
  (config, { defaultsOf }) => {
    const { packing } = config.discriminator;
    const { batch_size: batch } = config.training;
    const { name } = chosen(config, "discriminator.minibatch", defaultsOf);
    if (name === "none" || batch >= 2 * packing) return null;
    const packs = packing > 1 ? `, in packs of discriminator.packing ${packing},` : "";
    return `discriminator.minibatch: '${name}' compares the points of a batch, but training.batch_size ${batch}${packs} is one`;
  },
  ({ generator: { norm }, training: { batch_size: batch } }) =>
    norm === "batch" && batch === 1 ? "generator.norm: batch norm needs a training.batch_size of two latent points or more, not 1" : null,
  (config) => ["generator", "discriminator"].map((player) => layerOfOne(player, config[player])).find(Boolean) ?? null,
  ({ training, objective }, { labelled }) => {
    if (training.label_smoothing === null || labelled.includes(objective)) return null;
    const listed = `${labelled.slice(0, -1).join(", ")} and ${labelled.at(-1)}`;
    return `training.label_smoothing: objective '${objective}' has no labels to be smoothed; ${listed} have`;
  },
  (config, { defaultsOf }) => {
    const { name, numbers } = chosen(config, "optimizer.schedule", defaultsOf);
    if (name === "constant" || numbers.warmup < numbers.until) return null;
    return `optimizer.schedule: the warmup of ${numbers.warmup} rounds must end before the fall does, until ${numbers.until}`;
  },
];

const layerOfOne = (player, { norm, hidden }) =>
  norm === "layer" && Math.min(...hidden) === 1
    ? `${player}.norm: the layer norm of a single value is always 0, but ${player}.hidden has a layer of 1`
    : null;

/* The first contradiction in a config, in a line; null where there is none. */
export function contradictionIn(config, known) {
  return RULES.map((rule) => rule(config, known)).find(Boolean) ?? null;
}
