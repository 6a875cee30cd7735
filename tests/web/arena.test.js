import assert from "node:assert/strict";
import test from "node:test";

import { differences, learnLabels } from "../../ganrun/arena/assets/config_words.js";

const PLAIN = {
  name: "plain",
  objective: "hinge",
  optimizer: { learning_rate_ratio: 1 },
  penalties: {},
  generator: { hidden: [32, 32] },
  target: { layout: "ring", modes: 5 },
};

learnLabels({
  fields: [{ field: "objective", choices: [{ name: "wasserstein", label: "Wasserstein" }] }],
  penalties: [
    { name: "r1", label: "R1", parameters: [{ name: "weight", label: "weight", default: 10 }] },
    {
      name: "gradient_penalty",
      label: "Gradient penalty",
      parameters: [
        { name: "weight", label: "weight", default: 10 },
        { name: "target", label: "norm", default: 1 },
      ],
    },
  ],
});

test("games of one config differ in nothing, whatever they are called", () => {
  assert.deepEqual(differences({ ...PLAIN, name: "other" }, PLAIN), []);
});

test("what a game has otherwise than the first is said in few words", () => {
  const other = {
    ...PLAIN,
    objective: "wasserstein",
    optimizer: { learning_rate_ratio: 0.0002 },
    penalties: { r1: { weight: 0.1 } },
    generator: { hidden: [64, 64] },
    target: { layout: "ring", modes: 1 },
  };
  const said = ["Wasserstein", "ratio 2e-4×", "R1 0.1", "forger's hidden 64×64", "1 mode"];
  assert.deepEqual(new Set(differences(other, PLAIN)), new Set(said));
  assert.ok(differences(PLAIN, other).includes("no R1"));
  const fined = { ...PLAIN, penalties: { gradient_penalty: { weight: 1 } } };
  assert.deepEqual(differences(PLAIN, fined), ["no gradient penalty"]);
  const held = { ...PLAIN, penalties: { gradient_penalty: { weight: 1, target: 0.5 } } };
  assert.deepEqual(differences(held, PLAIN), ["Gradient penalty 1", "Gradient penalty: norm 0.5"]);
  assert.deepEqual(differences(PLAIN, held), ["no gradient penalty"]);
  held.penalties.gradient_penalty.target = 1;
  assert.deepEqual(differences(held, PLAIN), ["Gradient penalty 1"]);
});

test("modes of one's own are one chip", () => {
  const drawn = { ...PLAIN, target: { layout: "custom", means: [[0, 0]], stds: [0.1] } };
  assert.deepEqual(differences(drawn, PLAIN), ["1 mode of your own"]);
});
