/* Elements made by hand: all text is set as text, so nothing that comes from elsewhere is markup. */
(function (ganrun) {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";

  /* An element with properties, `data`, `aria-...` and listeners (`on: {click: f}`), and children. */
  ganrun.element = function (name, settings, ...children) {
    return dress(document.createElement(name), settings, children);
  };

  ganrun.svg = function (name, settings, ...children) {
    return dress(document.createElementNS(SVG, name), settings, children);
  };

  ganrun.byId = (id) => document.getElementById(id);

  /* Set text only where it differs: an untouched node costs no layout. */
  ganrun.write = function (node, text) {
    if (node.textContent !== text) node.textContent = text;
  };

  /* Whether the reader asked the system for less motion. */
  ganrun.prefersCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  /* A choice of the reader's, kept by the browser where it keeps any. */
  ganrun.remember = function (name, value) {
    try {
      localStorage.setItem(`ganrun-arena-${name}`, value);
    } catch {
      // No storage for this page: the choice lasts as long as it is open.
    }
  };

  ganrun.recall = function (name) {
    try {
      return localStorage.getItem(`ganrun-arena-${name}`);
    } catch {
      return null;
    }
  };

  function dress(node, settings, children) {
    for (const [key, value] of Object.entries(settings || {})) {
      if (value === undefined || value === null || value === false) continue;
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
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  }
})((window.ganrun = window.ganrun || {}));
