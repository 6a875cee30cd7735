/* Configs in words: what a game has, and has otherwise than another, as short as a person would say it. */

import { plural, settingNumber } from "../../page/assets/wording.js";

let controls = []; // of every rule, as the server's schema declares them
let others = []; // fields that only a scene sets

/* Learn from the server's schema what there is to tell. */
export function learnRules(schema) {
  controls = schema.groups.flatMap(({ fields }) => fields);
  others = schema.stage_fields;
}

/* What a dotted field of a nested config holds; undefined where there is none. */
export const fieldOf = (config, field) => field.split(".").reduce((inside, name) => inside?.[name], config);

export const leafOf = (field) => field.split(".").pop();

/* A piece as a config has it: its name, or a mapping of its name to the numbers that are not neutral. */
export function pieceOf(value) {
  if (typeof value === "string") return { name: value, numbers: {} };
  const [[name, numbers]] = Object.entries(value || { "": {} });
  return { name, numbers };
}

/* What one config has otherwise than the other, as chips: ["ratio 5×", "R1 0.1"]. */
export function differences(config, first) {
  const chips = [];
  for (const declared of controls) {
    if (isOtherwise(config, first, declared.field)) chips.push(said(declared, config));
  }
  chips.push(...targetDifferences(config.target, first.target));
  for (const field of others) if (isOtherwise(config, first, field)) chips.push(named(field, fieldOf(config, field)));
  if (isOtherwise(config, first, "seeds")) chips.push(`seed ${config.seeds}`);
  return chips;
}

const isOtherwise = (config, first, field) => JSON.stringify(fieldOf(config, field)) !== JSON.stringify(fieldOf(first, field));

/* What a game has of a rule that is not there by default, in short; null if it is as by default. */
export function inForce(declared, config) {
  const value = fieldOf(config, declared.field) ?? null;
  if (declared.kind === "choice" && pieceOf(value).name === pieceOf(declared.default).name) return null;
  return JSON.stringify(value) === JSON.stringify(declared.default) ? null : said(declared, config);
}

/* The remedies of a game that have a story: what each is called -> its declaration. */
export function remediesOf(config) {
  const found = new Map();
  for (const declared of controls) {
    const value = fieldOf(config, declared.field) ?? null;
    if (declared.kind === "choice") {
      const chosen = declared.choices.find(({ name }) => name === pieceOf(value).name);
      if (chosen && chosen.story) found.set(chosen.called, chosen);
    } else if (declared.story && JSON.stringify(value) !== JSON.stringify(declared.default)) found.set(declared.label, declared);
  }
  return found;
}

/* A rule of a game in a chip. */
function said(declared, config) {
  const { field, kind, label } = declared;
  const value = fieldOf(config, field) ?? null;
  switch (field) {
    case "objective":
      return pieceSaid(declared, value).words;
    case "optimizer.learning_rate":
      return `forger's rate ${settingNumber(value)}`;
    case "optimizer.learning_rate_ratio":
      return `ratio ${settingNumber(value)}×`;
    case "optimizer.b1":
      return `momentum ${settingNumber(value)}`;
    case "training.discriminator_steps":
      return plural(value, "detective step");
  }
  if (kind === "choice") {
    const { words, alone } = pieceSaid(declared, value);
    return alone ? words : `${within(label)}: ${within(words)}`;
  }
  if (kind === "switch") return value ? label : `no ${within(label)}`;
  if (kind !== "optional") return `${label} ${value === null ? declared.empty : settingNumber(value)}`;
  if (value === null) return `no ${within(label)}`;
  const numbers = typeof value === "object" ? value : { [leafOf(field)]: value };
  return withNumbers(label, declared.parameters, numbers);
}

/* A piece that was chosen; a remedy's name says by itself what it is. */
function pieceSaid({ choices }, value) {
  const { name, numbers } = pieceOf(value);
  const { label, called, story, parameters = [] } = choices.find((one) => one.name === name);
  return { words: withNumbers(story ? called : label, parameters, numbers), alone: Boolean(story) };
}

/* "Consensus 10", "Linear 10000, warmup 200": the first number, and the others that were chosen. */
function withNumbers(label, parameters, numbers) {
  const told = parameters.map(({ field, label: title, default: usual }, index) => {
    const value = numbers[leafOf(field)] ?? usual;
    if (value === null || (index > 0 && value === usual)) return null;
    return index > 0 ? `${within(title)} ${settingNumber(value)}` : settingNumber(value);
  });
  const words = told.filter(Boolean).join(", ");
  return words ? `${label} ${words}` : label;
}

/* A title within a sentence; R1 and DRAGAN keep their capitals. */
const within = (title) => (/^[A-Z][a-z]/.test(title) ? title[0].toLowerCase() + title.slice(1) : title);

function named(field, value) {
  const [section] = field.split(".");
  const whose = section === "generator" ? "forger's " : section === "discriminator" ? "detective's " : "";
  return `${whose}${leafOf(field).replaceAll("_", " ")} ${[value].flat().join("×")}`;
}

function targetDifferences(mine, theirs) {
  const names = Object.keys(mine).filter((name) => JSON.stringify(mine[name]) !== JSON.stringify(theirs[name]));
  return names.map((name) => targetSaid(name, mine[name], mine)).filter(Boolean);
}

function targetSaid(name, value, whole) {
  if (name === "layout") return whole.means ? `${plural(whole.means.length, "mode")} of your own` : value;
  if (whole.means) return null; // one chip says it all
  if (value === undefined || value === null) return null;
  if (name === "modes") return plural(value, "mode");
  if (name === "weights") return "uneven weights";
  return `${name.replaceAll("_", " ")} ${typeof value === "number" ? settingNumber(value) : value}`;
}
