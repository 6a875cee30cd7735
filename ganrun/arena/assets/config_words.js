/* Configs in words: what one game has otherwise than another, as short as a person would say it. */

import { plural, settingNumber } from "../../page/assets/wording.js";

const UNSET = new Set([undefined, null]);
const labels = { objective: {}, penalties: {} }; // name -> what people call it
let parameters = {}; // of each penalty, as the schema has them

/* Learn from the server's schema what people call that which a config names. */
export function learnLabels({ fields, penalties }) {
  const named = (pieces) => Object.fromEntries(pieces.map(({ name, label }) => [name, label]));
  labels.objective = named(fields.find(({ field }) => field === "objective").choices);
  labels.penalties = named(penalties);
  parameters = Object.fromEntries(penalties.map((one) => [one.name, one.parameters]));
}

const isMapping = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/* A piece with its numbers, or a section that may be null: {consensus: {weight: 3}} -> "consensus, weight 3". */
function phrase(value) {
  const said = Object.entries(value).map(([name, inner]) => {
    if (isMapping(inner)) return [name, phrase(inner)].filter(Boolean).join(", ");
    return inner === null ? null : `${name.replaceAll("_", " ")} ${settingNumber(inner)}`;
  });
  return said.filter(Boolean).join(", ");
}

/* {a: {b: 1}} -> {"a.b": 1}; lists stay values, and what a section's field holds is one phrase. */
function flat(tree, prefix = "", into = {}) {
  for (const [key, value] of Object.entries(tree || {})) {
    if (prefix && !prefix.startsWith("penalties.") && isMapping(value)) into[prefix + key] = phrase(value);
    else if (isMapping(value)) flat(value, `${prefix}${key}.`, into);
    else into[prefix + key] = value;
  }
  return into;
}

/* What one config has otherwise than the other, as chips: ["ratio 5x", "R1 0.1"]. */
export function differences(config, first) {
  const mine = flat(config);
  const theirs = flat(first);
  const chips = [];
  for (const key of new Set([...Object.keys(mine), ...Object.keys(theirs)])) {
    if (key === "name" || JSON.stringify(mine[key]) === JSON.stringify(theirs[key])) continue;
    const chip = setting(key, mine[key], config);
    if (chip && !chips.includes(chip)) chips.push(chip);
  }
  return chips;
}

function setting(key, value, config) {
  const [section, name, parameter] = key.split(".");
  if (section === "penalties") return penalty(name, parameter, value);
  if (section === "target") return target(name, value, config.target);
  switch (key) {
    case "objective":
      return labels.objective[value];
    case "optimizer.learning_rate":
      return `forger's rate ${settingNumber(value)}`;
    case "optimizer.learning_rate_ratio":
      return `ratio ${settingNumber(value)}×`;
    case "optimizer.b1":
      return `momentum ${settingNumber(value)}`;
    case "training.discriminator_steps":
      return plural(value, "detective step");
    case "discriminator.spectral_norm":
      return value ? "spectral norm" : "no spectral norm";
    case "seeds":
      return `seed ${value}`;
  }
  const named = key.split(".").pop().replaceAll("_", " ");
  const whose = section === "generator" ? "forger's " : section === "discriminator" ? "detective's " : "";
  if (value === null && name !== "weight_clip") return `no ${whose}${named}`;
  return `${whose}${named} ${UNSET.has(value) ? "default" : [value].flat().join("×")}`;
}

function penalty(name, parameter, value) {
  const title = labels.penalties[name];
  const within = /[a-z]/.test(title) ? title.toLowerCase() : title; // R1 keeps its capital
  if (UNSET.has(value)) return parameter === parameters[name][0].name ? `no ${within}` : null;
  if (parameter === "weight") return `${title} ${settingNumber(value)}`;
  const declared = parameters[name].find((one) => one.name === parameter);
  return value === declared.default ? null : `${title}: ${declared.label} ${settingNumber(value)}`;
}

function target(name, value, whole) {
  if (name === "layout") return whole.means ? `${plural(whole.means.length, "mode")} of your own` : value;
  if (whole.means) return null; // one chip says it all
  if (UNSET.has(value)) return null;
  if (name === "modes") return plural(value, "mode");
  if (name === "weights") return "uneven weights";
  return `${name.replaceAll("_", " ")} ${typeof value === "number" ? settingNumber(value) : value}`;
}
