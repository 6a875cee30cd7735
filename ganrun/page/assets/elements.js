/* Elements made by hand: all text is set as text, so nothing that comes from elsewhere is markup. */

const SVG = "http://www.w3.org/2000/svg";

/** An element: its class, or attributes, `data`, `text` and listeners (`on: {click: f}`); and what
    stands in it. An attribute or child that is null, undefined or false is left out. */
export function element(name, settings, ...children) {
  return dress(document.createElement(name), settings, children);
}

export function svg(name, settings, ...children) {
  return dress(document.createElementNS(SVG, name), settings, children);
}

export const byId = (id) => document.getElementById(id);

/** Set text only where it differs: an untouched node costs no layout. */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Whether the reader asked the system for less motion. */
export const prefersCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

const isNone = (one) => one === undefined || one === null || one === false;

function dress(node, settings, children) {
  const named = typeof settings === "string" ? { class: settings || null } : settings;
  for (const [key, value] of Object.entries(named || {})) {
    if (isNone(value)) continue;
    if (key === "on") {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else if (key === "data") {
      Object.assign(node.dataset, value);
    } else if (key === "text") {
      node.textContent = value;
    } else {
      node.setAttribute(key, value === true ? "" : value);
    }
  }
  node.append(...children.filter((child) => !isNone(child)));
  return node;
}
