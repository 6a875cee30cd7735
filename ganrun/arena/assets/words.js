/* Numbers and settings in words: what a person would say, short. */
(function (ganrun) {
  "use strict";

  const UNSET = new Set([undefined, null]);
  const labels = { objective: {}, penalties: {} }; // name -> what people call it

  const words = {
    /* Learn from the server's schema what people call that which a config names. */
    learn({ fields, penalties }) {
      const named = (pieces) => Object.fromEntries(pieces.map(({ name, label }) => [name, label]));
      labels.objective = named(fields.find(({ field }) => field === "objective").choices);
      labels.penalties = named(penalties);
    },

    whole: (number) => Math.round(number).toLocaleString("en"),

    /* 0.0002 -> "2e-4", 0.05 -> "0.05", 5 -> "5": few digits, and never "0.00020000000001". */
    number(value) {
      if (!Number.isFinite(value)) return String(value);
      const short = Number(value.toPrecision(3));
      const size = Math.abs(short);
      if (short === 0) return "0";
      if (size >= 0.01 && size < 1e5) return String(short);
      return short.toExponential().replace("e+", "e");
    },

    percent: (share) => `${Math.round(100 * share)} %`,

    /* 12 -> "12", 3456 -> "3,460", 12345 -> "12.3k": a rate that does not flicker. */
    rate(number) {
      if (number < 10) return number.toFixed(1);
      if (number < 1000) return String(Math.round(number));
      return `${(number / 1000).toFixed(number < 1e4 ? 1 : 0)}k`;
    },

    plural: (count, noun) => `${words.whole(count)} ${noun}${count === 1 ? "" : "s"}`,

    listed(items) {
      if (items.length < 2) return items.join("");
      return `${items.slice(0, -1).join(", ")} and ${items[items.length - 1]}`;
    },

    /* "modes 1, 3 and 4 are missing", or that none is. */
    missing(modes, total) {
      if (modes.length === 0) return "No mode is missing.";
      if (modes.length === total) return total === 1 ? "The mode is missing." : "Every mode is missing.";
      if (modes.length > 8) return `${modes.length} modes are missing.`;
      if (modes.length === 1) return `Mode ${modes[0]} is missing.`;
      return `Modes ${words.listed(modes)} are missing.`;
    },

    /* {a: {b: 1}} -> {"a.b": 1}; lists stay values. */
    flat(tree, prefix = "", into = {}) {
      for (const [key, value] of Object.entries(tree || {})) {
        if (value !== null && typeof value === "object" && !Array.isArray(value)) words.flat(value, `${prefix}${key}.`, into);
        else into[prefix + key] = value;
      }
      return into;
    },

    /* What one config has otherwise than the other, as chips: ["ratio 5x", "R1 0.1"]. */
    differences(config, first) {
      const mine = words.flat(config);
      const theirs = words.flat(first);
      const chips = [];
      for (const key of new Set([...Object.keys(mine), ...Object.keys(theirs)])) {
        if (key === "name" || JSON.stringify(mine[key]) === JSON.stringify(theirs[key])) continue;
        const chip = words.setting(key, mine[key], config);
        if (chip && !chips.includes(chip)) chips.push(chip);
      }
      return chips;
    },

    setting(key, value, config) {
      const [section, name, parameter] = key.split(".");
      if (section === "penalties") return penalty(name, parameter, value);
      if (section === "target") return target(name, value, config.target);
      switch (key) {
        case "objective":
          return labels.objective[value];
        case "optimizer.learning_rate":
          return `forger's rate ${words.number(value)}`;
        case "optimizer.learning_rate_ratio":
          return `ratio ${words.number(value)}×`;
        case "optimizer.b1":
          return `momentum ${words.number(value)}`;
        case "training.discriminator_steps":
          return words.plural(value, "detective step");
        case "discriminator.spectral_norm":
          return value ? "spectral norm" : "no spectral norm";
        case "seeds":
          return `seed ${value}`;
      }
      const plain = key.split(".").pop().replaceAll("_", " ");
      const whose = section === "generator" ? "forger's " : section === "discriminator" ? "detective's " : "";
      return `${whose}${plain} ${UNSET.has(value) ? "default" : [value].flat().join("×")}`;
    },
  };

  function penalty(name, parameter, value) {
    const title = labels.penalties[name];
    const within = /[a-z]/.test(title) ? title.toLowerCase() : title; // R1 keeps its capital
    if (UNSET.has(value)) return parameter === "weight" || parameter === undefined ? `no ${within}` : null;
    if (parameter === "weight") return `${title} ${words.number(value)}`;
    if (parameter === "target") return value === 1 ? null : `${title}: norm ${words.number(value)}`;
    return `${title} ${parameter} ${value}`;
  }

  function target(name, value, whole) {
    if (name === "layout") return whole.means ? `${whole.means.length} modes of your own` : value;
    if (whole.means) return null; // one chip says it all
    if (UNSET.has(value)) return null;
    if (name === "modes") return words.plural(value, "mode");
    if (name === "weights") return "uneven weights";
    return `${name.replaceAll("_", " ")} ${typeof value === "number" ? words.number(value) : value}`;
  }

  ganrun.words = words;
})((window.ganrun = window.ganrun || {}));
