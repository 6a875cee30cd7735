import assert from "node:assert/strict";
import test from "node:test";

import { differences, inForce, learnRules, remediesOf } from "../../ganrun/arena/assets/config_words.js";

const PLAIN = {
  name: "plain",
  objective: "hinge",
  optimizer: { learning_rate_ratio: 1 },
  penalties: {},
  generator: { hidden: [32, 32] },
  training: { updates: "alternating", label_smoothing: null },
  target: { layout: "ring", modes: 5 },
};

const WEIGHT = { field: "training.updates.consensus.weight", label: "Weight", default: 10 };
const CONSENSUS = { name: "consensus", label: "Consensus", called: "Consensus", story: "They seek a truce.", parameters: [WEIGHT] };
const penalty = (name, label, parameters) => ({ field: `penalties.${name}`, kind: "optional", label, default: null, parameters });

learnRules({
  stage_fields: ["generator.hidden"],
  groups: [
    {
      title: "Objective",
      fields: [
        {
          field: "objective",
          kind: "choice",
          label: "Objective",
          default: "hinge",
          choices: [
            { name: "hinge", label: "Hinge" },
            { name: "wasserstein", label: "Wasserstein" },
          ],
        },
      ],
    },
    {
      title: "Penalties",
      fields: [
        penalty("r1", "R1", [{ field: "penalties.r1.weight", label: "Weight", default: 10 }]),
        penalty("gradient_penalty", "Gradient penalty", [
          { field: "penalties.gradient_penalty.weight", label: "Weight", default: 10 },
          { field: "penalties.gradient_penalty.target", label: "Norm", default: 1 },
        ]),
      ],
    },
    {
      title: "Recipe",
      fields: [
        { field: "optimizer.learning_rate_ratio", kind: "number", label: "Ratio", default: 1 },
        {
          field: "training.updates",
          kind: "choice",
          label: "Update rule",
          default: "alternating",
          choices: [{ name: "alternating", label: "Alternating" }, CONSENSUS],
        },
        {
          field: "training.label_smoothing",
          kind: "optional",
          label: "Label smoothing",
          default: null,
          story: "It is never quite sure.",
          parameters: [{ field: "training.label_smoothing", label: "Label smoothing", default: null }],
        },
      ],
    },
  ],
});

const having = (changes) => ({ ...PLAIN, ...changes });

test("games of one config differ in nothing, whatever they are called", () => {
  assert.deepEqual(differences(having({ name: "other" }), PLAIN), []);
});

test("what a game has otherwise than the first is said in few words", () => {
  const other = having({
    objective: "wasserstein",
    optimizer: { learning_rate_ratio: 0.0002 },
    penalties: { r1: { weight: 0.1 } },
    generator: { hidden: [64, 64] },
    target: { layout: "ring", modes: 1 },
  });
  const said = ["Wasserstein", "ratio 2e-4×", "R1 0.1", "forger's hidden 64×64", "1 mode"];
  assert.deepEqual(new Set(differences(other, PLAIN)), new Set(said));
  assert.ok(differences(PLAIN, other).includes("no R1"));
  const fined = having({ penalties: { gradient_penalty: { weight: 1, target: 1 } } });
  assert.deepEqual(differences(PLAIN, fined), ["no gradient penalty"]);
  assert.deepEqual(differences(fined, PLAIN), ["Gradient penalty 1"]);
  const held = having({ penalties: { gradient_penalty: { weight: 1, target: 0.5 } } });
  assert.deepEqual(differences(held, PLAIN), ["Gradient penalty 1, norm 0.5"]);
});

test("a piece is said with its number, whether or not the config writes it", () => {
  const rule = (updates) => having({ training: { updates, label_smoothing: null } });
  assert.deepEqual(differences(rule({ consensus: { weight: 3 } }), PLAIN), ["Consensus 3"]);
  assert.deepEqual(differences(rule("consensus"), PLAIN), ["Consensus 10"]);
  assert.deepEqual(differences(rule("alternating"), rule("consensus")), ["update rule: alternating"]);
});

test("a number that may be absent is said to be there or not", () => {
  const smoothed = having({ training: { updates: "alternating", label_smoothing: 0.1 } });
  assert.deepEqual(differences(smoothed, PLAIN), ["Label smoothing 0.1"]);
  assert.deepEqual(differences(PLAIN, smoothed), ["no label smoothing"]);
});

test("only what is not there by default is in force", () => {
  const fields = (title) => ({ Objective: { field: "objective", kind: "choice", default: "hinge", choices: [] } })[title];
  assert.equal(inForce(fields("Objective"), PLAIN), null);
  const r1 = penalty("r1", "R1", [{ field: "penalties.r1.weight", label: "Weight", default: 10 }]);
  assert.equal(inForce(r1, PLAIN), null);
  assert.equal(inForce(r1, having({ penalties: { r1: { weight: 0.1 } } })), "R1 0.1");
});

test("the remedies of a game are those with a story that are switched on", () => {
  assert.deepEqual([...remediesOf(PLAIN)], []);
  const cured = having({ training: { updates: { consensus: { weight: 3 } }, label_smoothing: 0.1 } });
  assert.deepEqual([...remediesOf(cured).keys()], ["Consensus", "Label smoothing"]);
});

test("modes of one's own are one chip", () => {
  const drawn = having({ target: { layout: "custom", means: [[0, 0]], stds: [0.1] } });
  assert.deepEqual(differences(drawn, PLAIN), ["1 mode of your own"]);
});
