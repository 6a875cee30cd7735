/* What may be changed in a game while it is played, checked against the schema that the menus are made of. */

import { SMOOTHED } from "../engine/objectives.js";
import { extentOf, mixtureOf, stdsOf } from "../engine/mixture.js";
import { fieldOf } from "../engine/facts.js";
import { contradictionIn } from "./contradictions.js";
import { faultOfLists } from "./target_lists.js";

/* A change that cannot be made; one line that says why. */
export class SettingError extends Error {}

const ROUNDING = 1e-6;
const refuse = (field, why) => {
  throw new SettingError(`${field}: ${why}`);
};

const placed = (config, field, value) => {
  const changed = structuredClone(config);
  const names = field.split(".");
  const last = names.pop();
  const inside = names.reduce((section, name) => section[name], changed);
  inside[last] = value;
  return changed;
};

const isMapping = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const leafOf = (field) => field.split(".").pop();

export class Settings {
  /* `declared`: what Python exports beside the schema: `neutral` and `largest`, each by dotted name. */
  constructor(schema, declared) {
    this.schema = schema;
    this.declared = declared;
    this.controls = new Map(schema.groups.flatMap(({ fields }) => fields).map((one) => [one.field, one]));
    this.std = schema.fields.find(({ field }) => field === "target.std");
    this.defaults = new Map();
    for (const { field, choices = [] } of this.controls.values()) {
      for (const { name, parameters = [] } of choices) {
        this.defaults.set(`${field}.${name}`, Object.fromEntries(parameters.map((one) => [leafOf(one.field), one.default])));
      }
    }
  }

  /* The numbers of a piece that a config leaves out. */
  defaultsOf(field, name) {
    return this.defaults.get(`${field}.${name}`) ?? {};
  }

  /* The config with a field set from the page. Throws `SettingError`. */
  changed(config, field, value) {
    if (field !== "target" && field !== "target.std" && field !== "penalties" && !this.ownerOf(field)) {
      refuse(field.slice(0, 80), "is not set while a game is played");
    }
    return this.checked(this.laid(config, field, value), field);
  }

  /* A staged game's config: what replaces others comes before them. */
  staged(base, overrides) {
    const turn = (field) => 2 * field.split(".").length + (field === "target.layout" ? 0 : 1);
    const config = Object.keys(overrides)
      .sort((a, b) => turn(a) - turn(b))
      .reduce((laid, field) => this.laid(laid, field, overrides[field]), base);
    return this.checked(config, "target" in overrides ? "target" : "stage");
  }

  checked(config, field) {
    if (field.startsWith("target")) this.checkTarget(config, field === "target");
    const problem = contradictionIn(config, { labelled: Object.keys(SMOOTHED), defaultsOf: (...of) => this.defaultsOf(...of) });
    if (problem) throw new SettingError(problem);
    return config;
  }

  /* The control that a field is, or is a number of. */
  ownerOf(field) {
    const names = field.split(".");
    for (let length = names.length; length > 0; length -= 1) {
      const control = this.controls.get(names.slice(0, length).join("."));
      if (control) return control;
    }
    return null;
  }

  laid(config, field, value) {
    if (field === "target") return { ...config, target: this.target(value) };
    if (field.startsWith("target.")) return this.ofTarget(config, leafOf(field), value);
    if (field === "penalties") return { ...config, penalties: this.penalties(value) };
    if (this.schema.stage_fields.includes(field)) return placed(config, field, this.ofStage(field, value));
    const control = this.ownerOf(field) ?? refuse(field.slice(0, 80), "is not played by this page");
    if (field !== control.field) return this.withNumber(config, control, field, value);
    if (!field.startsWith("penalties.")) return placed(config, field, this.value(control, value));
    const others = Object.entries(config.penalties).filter(([name]) => name !== leafOf(field) || value !== null);
    const own = value === null ? {} : { [leafOf(field)]: this.value(control, value) };
    return { ...config, penalties: { ...Object.fromEntries(others), ...own } };
  }

  penalties(value) {
    if (!isMapping(value ?? {})) refuse("penalties", "expected a mapping");
    return Object.entries(value ?? {}).reduce((laid, [name, numbers]) => this.laid({ penalties: laid }, `penalties.${name}`, numbers).penalties, {});
  }

  /* One number of a piece that is in use. */
  withNumber(config, control, field, value) {
    const declared = [control, ...(control.choices ?? [])].flatMap(({ parameters = [] }) => parameters).find((one) => one.field === field);
    if (!declared) refuse(field, "unknown field");
    if (control.kind !== "choice") {
      if (!isMapping(fieldOf(config, control.field))) refuse(control.field, "not in use");
      return placed(config, field, number(declared, value));
    }
    const now = fieldOf(config, control.field);
    const name = field.split(".").at(-2);
    const [[inUse, numbers]] = typeof now === "string" ? [[now, {}]] : Object.entries(now);
    if (inUse !== name) refuse(`${control.field}.${name}`, "not in use");
    return placed(config, control.field, this.written(control.field, name, { ...numbers, [leafOf(field)]: number(declared, value) }));
  }

  value(control, value) {
    switch (control.kind) {
      case "switch":
        return typeof value === "boolean" ? value : refuse(control.field, "must be true or false");
      case "choice":
        return this.choice(control, value);
      case "optional":
        return this.optional(control, value);
      default:
        return number(control, value);
    }
  }

  choice({ field, choices }, value) {
    const [[name, given]] = isMapping(value) && Object.keys(value).length === 1 ? Object.entries(value) : [[value, {}]];
    const one = choices.find((other) => other.name === name);
    if (!one) refuse(field, `${JSON.stringify(value)} is none of ${choices.map((other) => other.name).join(", ")}`);
    const { parameters = [] } = one;
    const numbers = isMapping(given) ? given : given === null ? {} : { [leafOf(parameters[0]?.field ?? field)]: given };
    return this.written(field, name, numbersOf(`${field}.${name}`, parameters, { ...this.defaultsOf(field, name), ...numbers }));
  }

  /* A piece as a config has it: without the numbers that are neutral, a bare name if all are. */
  written(field, name, numbers) {
    const kept = Object.entries(numbers).filter(([one, value]) => this.declared.neutral[`${field}.${name}.${one}`] !== value);
    return kept.length ? { [name]: Object.fromEntries(kept) } : name;
  }

  optional({ field, parameters }, value) {
    if (value === null) return null;
    if (parameters.length === 1 && parameters[0].field === field) return number(parameters[0], value);
    if (!isMapping(value)) refuse(field, "expected a mapping");
    const usual = Object.fromEntries(parameters.map((one) => [leafOf(one.field), one.default]));
    return numbersOf(field, parameters, { ...usual, ...value });
  }

  ofStage(field, value) {
    const { widest, deepest, largest } = this.declared;
    const isWidth = (one) => Number.isInteger(one) && one >= 1 && one <= widest;
    if (field.endsWith(".hidden")) {
      const fits = Array.isArray(value) && value.length >= 1 && value.length <= deepest && value.every(isWidth);
      return fits ? value : refuse("hidden", `at most ${deepest} layers of ${widest} on a stage`);
    }
    if (!Number.isInteger(value) || value < 1) refuse(field, "must be a whole number of at least 1");
    const most = largest[field] ?? Infinity;
    return value <= most ? value : refuse(field, `must be at most ${most.toLocaleString("en")} in the arena`);
  }

  // The target

  target(value) {
    if (!isMapping(value)) refuse("target", "expected a mapping");
    const layout = this.schema.layouts.find(({ name }) => name === (value.layout ?? "ring"));
    if (!layout) refuse("target.layout", `${JSON.stringify(value.layout)} is none of ${this.schema.layouts.map(({ name }) => name).join(", ")}`);
    const known = new Map(layout.fields.map((one) => [one.field, one]));
    const listed = layout.by_hand ? ["means", "stds", "covariances", "weights"] : ["weights"];
    const found = { layout: layout.name };
    for (const [name, one] of known) found[name] = number({ ...one, field: `target.${name}` }, value[name] ?? one.default);
    for (const name of listed) found[name] = value[name] ?? null;
    const unknown = Object.keys(value).find((name) => name !== "layout" && !known.has(name) && !listed.includes(name));
    if (unknown) refuse(`target.${unknown}`, "unknown field");
    return found;
  }

  ofTarget(config, name, value) {
    if (!(name in config.target)) refuse(`target.${name}`, "unknown field");
    return { ...config, target: this.target({ ...config.target, [name]: value }) };
  }

  /* See that the modes can be placed, and where the target is the page's, that it can be shown. */
  checkTarget({ target, evaluation }, isWhole) {
    const fault = faultOfLists(target);
    if (fault) refuse(...fault);
    const mixture = this.mixture(target);
    const modes = mixture.means.length;
    const { modes: most } = this.schema.limits;
    if (isWhole && modes > most) refuse("target", `has ${modes} modes; at most ${most} in the arena`);
    if (isWhole) this.checkPlaces(mixture);
    const least = this.declared.samples_per_mode * modes;
    if (evaluation.samples < least) {
      refuse("evaluation.samples", `${evaluation.samples} samples are too few for ${modes} modes; must be at least ${least}`);
    }
  }

  checkPlaces(mixture) {
    const { least, most } = this.std;
    const { farthest } = this.declared;
    if (mixture.means.flat().some((one) => Math.abs(one) > farthest)) refuse("target", `a mode lies beyond ${farthest} in the arena`);
    const isOff = (std) => !(std >= least * (1 - ROUNDING) && std <= most * (1 + ROUNDING));
    if (!mixture.owner && stdsOf(mixture).some(isOff)) refuse("target", `a mode's std must be from ${least} to ${most} in the arena`);
  }

  mixture(target) {
    try {
      return mixtureOf(target);
    } catch (error) {
      if (error instanceof RangeError) throw new SettingError(error.message);
      throw error;
    }
  }

  /* Whether a target's means are given one by one. */
  isByHand({ layout }) {
    return Boolean(this.schema.layouts.find(({ name }) => name === layout)?.by_hand);
  }

  /* The part of the plane that is shown of a target. */
  windowOf(target, mixture) {
    const extent = extentOf(mixture);
    if (!this.isByHand(target)) return extent;
    const half = Math.max(this.schema.limits.view, ...extent.map(Math.abs));
    return [-half, half, -half, half];
  }
}

function number(control, value) {
  const { field, kind, least = -Infinity, most = Infinity, nullable } = control;
  if (value === null && nullable) return null;
  if (typeof value !== "number" || !Number.isFinite(value)) refuse(field, "must be a number");
  if (kind === "whole" && !Number.isInteger(value)) refuse(field, "must be a whole number");
  if (value < least) refuse(field, `must be at least ${least}`);
  if (value > most) refuse(field, `must be at most ${most}`);
  return value;
}

function numbersOf(field, parameters, given) {
  const unknown = Object.keys(given).find((name) => !parameters.some((one) => leafOf(one.field) === name));
  if (unknown) refuse(`${field}.${unknown}`, "unknown field");
  return Object.fromEntries(parameters.map((one) => [leafOf(one.field), number(one, given[leafOf(one.field)])]));
}
