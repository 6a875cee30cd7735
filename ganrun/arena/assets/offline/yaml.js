/* A config as YAML that `ganrun train` reads: sections as blocks, lists on one line. */

const PLAIN = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
const NO_TEXT = /^(?:null|true|false|yes|no|on|off|y|n)$/i;

const isMapping = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

function scalar(value) {
  if (Array.isArray(value)) return `[${value.map(scalar).join(", ")}]`;
  if (typeof value !== "string") return String(value);
  return PLAIN.test(value) && !NO_TEXT.test(value) ? value : JSON.stringify(value);
}

export function toYaml(config, indent = "") {
  return Object.entries(config)
    .map(([name, value]) => {
      if (!isMapping(value)) return `${indent}${name}: ${scalar(value)}\n`;
      if (!Object.keys(value).length) return `${indent}${name}: {}\n`;
      return `${indent}${name}:\n${toYaml(value, `${indent}  `)}`;
    })
    .join("");
}
