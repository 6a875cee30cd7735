/* From a config to what a game needs of it: what its program is made of, and its numbers. */

import { companyNeeded } from "./sight.js";

const OPTIONAL = ["discriminator.dropout", "training.instance_noise", "training.label_smoothing", "training.top_k"];

export const fieldOf = (config, field) => field.split(".").reduce((inside, name) => inside?.[name], config);

/* A piece as a config has it: its name, and all of its numbers; `defaultsOf(field, name)` has the others. */
export function chosen(config, field, defaultsOf) {
  const value = fieldOf(config, field);
  const [[name, numbers]] = typeof value === "string" ? [[value, {}]] : Object.entries(value);
  return { name, numbers: { ...defaultsOf(field, name), ...numbers } };
}

/* What a game's program is made of: games that agree in it are of one program. `declared` = {defaultsOf,
 * undecided: objective -> logit or null}. */
export function factsOf(config, declared) {
  const { generator, discriminator, training, optimizer, objective, penalties } = config;
  const networkOf = (section, name) => ({
    hidden: section.hidden,
    activation: chosen(config, `${name}.activation`, declared.defaultsOf),
    biases: section.biases,
    norm: section.norm,
    spectral: section.spectral_norm,
    initializer: section.initializer,
    gain: section.initializer_gain,
    biasInitializer: section.bias_initializer,
  });
  const { packing } = discriminator;
  const minibatch = chosen(config, "discriminator.minibatch", declared.defaultsOf);
  const latent = chosen(config, "generator.latent", declared.defaultsOf);
  const updates = chosen(config, "training.updates", declared.defaultsOf);
  const sight = { packing, batch: training.batch_size, seesBatches: minibatch.name !== "none" };
  return {
    ...sight,
    company: companyNeeded(sight),
    generator: { inputs: generator.latent_dim, outputs: 2, ...networkOf(generator, "generator") },
    discriminator: { inputs: 2 * packing, outputs: 1, minibatch, ...networkOf(discriminator, "discriminator") },
    latent: { name: latent.name, size: latent.numbers.components ?? latent.numbers.count ?? 0 },
    objective,
    undecided: declared.undecided[objective],
    penalties: Object.keys(penalties),
    penaltyNumbers: Object.fromEntries(Object.entries(penalties).map(([name, numbers]) => [name, Object.keys(numbers)])),
    optimizer: optimizer.name,
    schedule: chosen(config, "optimizer.schedule", declared.defaultsOf).name,
    updates: { name: updates.name, ...(updates.name === "unrolled" ? updates.numbers : {}) },
    data: chosen(config, "training.data", declared.defaultsOf).name,
    present: OPTIONAL.filter((field) => fieldOf(config, field) !== null),
  };
}

/* The numbers that are data to the program, as they stand in a config. */
export function numbersOf(config, declared) {
  const { optimizer, training, discriminator, penalties } = config;
  const own = (name) => optimizer[`discriminator_${name}`] ?? optimizer[name];
  const shared = { decay: optimizer.decay, weight_decay: optimizer.weight_decay };
  return {
    generator: { rate: Math.fround(optimizer.learning_rate), numbers: { b1: optimizer.b1, b2: optimizer.b2, eps: optimizer.eps, ...shared } },
    discriminator: {
      rate: Math.fround(optimizer.learning_rate * optimizer.learning_rate_ratio),
      numbers: { b1: own("b1"), b2: own("b2"), eps: own("eps"), ...shared },
    },
    discriminatorSteps: training.discriminator_steps,
    clip: discriminator.weight_clip ?? Infinity,
    penalties: Object.entries(penalties).flatMap(([name, numbers]) => Object.entries(numbers).map(([one, value]) => [`${name}.${one}`, value])),
    dropout: discriminator.dropout,
    smoothing: training.label_smoothing,
    noise: training.instance_noise,
    topK: training.top_k,
    schedule: chosen(config, "optimizer.schedule", declared.defaultsOf),
    updates: chosen(config, "training.updates", declared.defaultsOf).numbers,
    latent: chosen(config, "generator.latent", declared.defaultsOf).numbers,
    pool: chosen(config, "training.data", declared.defaultsOf).numbers.size,
  };
}
