/* The terms that lessons use, in the words of docs/glossary.md (a test holds them equal), and a text
 * in which they are explained where they stand. */

import { element } from "../../page/assets/elements.js";

export const TERMS = {
  collapsed: "modes are missing, and more rounds do not bring them back",
  critic: "a discriminator whose number is a mark and not a probability, as in Wasserstein games",
  "cure, remedy": "a change to the game that is meant to keep modes",
  detective: "the discriminator, for people",
  forger: "the generator, for people",
  missing: "of a mode: not covered, though perfect samples of that size would cover it",
  mode: "one component of the target; what is to be found",
  oscillating: "modes come and go",
  round: "one generator step with its discriminator steps; `training.steps` counts rounds",
  seed: "where all randomness of a run comes from",
  target: "the mixture that is to be learned",
};

/* A text's parts: words, terms ([shown|term]) and what is stressed (*so*). */
export function partsOf(text) {
  return text.split(/(\[[^\]]+\]|\*[^*]+\*)/).filter(Boolean).map((part) => {
    if (part.startsWith("*")) return { stressed: part.slice(1, -1) };
    if (!part.startsWith("[")) return { words: part };
    const [words, term = words] = part.slice(1, -1).split("|");
    return { words, term };
  });
}

let named = 0;

/* A paragraph whose terms are buttons; each opens its explanation below. */
export function explainedText(text) {
  const explanation = element("p", { class: "explanation term-words", hidden: true, id: `term-${(named += 1)}` });
  const buttons = [];
  function toggle(button, term) {
    const opens = button.getAttribute("aria-expanded") === "false";
    for (const one of buttons) one.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-expanded", String(opens));
    explanation.hidden = !opens;
    explanation.replaceChildren(element("b", { text: term }), `: ${TERMS[term]}`);
  }
  const parts = partsOf(text).map(({ words, term, stressed }) => {
    if (stressed) return element("em", { text: stressed });
    if (!term) return words;
    const button = element("button", { type: "button", class: "bare term", text: words, title: TERMS[term], "aria-expanded": "false", "aria-controls": explanation.id });
    button.addEventListener("click", () => toggle(button, term));
    buttons.push(button);
    return button;
  });
  return [element("p", {}, ...parts), explanation];
}
