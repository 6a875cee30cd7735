import assert from "node:assert/strict";
import test from "node:test";

import { unpackFrame } from "../../ganrun/arena/assets/frames.js";
import { decode } from "../../ganrun/page/assets/decode.js";
import { decades, evenTicks, labelPlaces, logLimits, robustLimits } from "../../ganrun/page/assets/scales.js";
import {
  capital,
  chartNumber,
  coveredModes,
  listed,
  missingIn,
  missingModes,
  plural,
  settingNumber,
  shortRate,
  tableNumber,
} from "../../ganrun/page/assets/wording.js";

function packed(dtype, codes, low, high) {
  const bytes = new Uint8Array(codes.buffer);
  return { dtype, low, high, b64: Buffer.from(bytes).toString("base64") };
}

test("quantized arrays come back within their range, and NaN as NaN", () => {
  const bytes = decode(packed("u8", Uint8Array.of(0, 127, 254, 255), -1, 1));
  assert.deepEqual([...bytes], [-1, 0, 1, NaN]);
  const words = decode(packed("u16", Uint16Array.of(0, 32767, 65534, 65535), 0, 2));
  assert.deepEqual([...words], [0, 1, 2, NaN]);
  const plain = decode(packed("f32", Float32Array.of(1.5, NaN, -3.25), 0, 0));
  assert.deepEqual([...plain], [1.5, NaN, -3.25]);
});

test("a frame is a header and arrays that begin where it says", () => {
  const arrays = [
    { name: "samples", shape: [2, 2], dtype: "f32", offset: 256 },
    { name: "field", shape: [1, 1], dtype: "f32", offset: 272 },
  ];
  const header = new TextEncoder().encode(JSON.stringify({ round: 7, arrays }));
  const buffer = new ArrayBuffer(276);
  new DataView(buffer).setUint32(0, header.length, true);
  new Uint8Array(buffer).set(header, 4);
  new Float32Array(buffer, 256, 4).set([1, 2, 3, 4]);
  new Float32Array(buffer, 272, 1).set([5]);
  const [told, found] = unpackFrame(buffer);
  assert.equal(told.round, 7);
  assert.deepEqual([...found.samples], [1, 2, 3, 4]);
  assert.deepEqual([...found.field], [5]);
});

test("numbers are as short as their place wants them", () => {
  const chart = [NaN, 0, -0.25, 0.00004, 1234, 100000, 999999, -2.5e6].map(chartNumber);
  assert.deepEqual(chart, ["–", "0", "−0.25", "4e-5", "1.23k", "100k", "1000k", "−2.5M"]);
  const table = [null, 12345, 0.123456, 0.000123456, 123456.7].map(tableNumber);
  assert.deepEqual(table, ["–", "12,345", "0.1235", "1.23e-4", "1.23e5"]);
  const settings = [0, 5, 0.05, 0.0002, 0.00020000000001, 1e6].map(settingNumber);
  assert.deepEqual(settings, ["0", "5", "0.05", "2e-4", "2e-4", "1e6"]);
  assert.deepEqual([9.46, 12, 3456, 12345].map(shortRate), ["9.5", "12", "3.5k", "12k"]);
});

test("counts and lists read as people say them", () => {
  assert.deepEqual([plural(1, "trial"), plural(1024, "trial")], ["1 trial", "1,024 trials"]);
  assert.deepEqual([[], [1], [1, 4], [1, 2, 4]].map(listed), ["", "1", "1 and 4", "1, 2 and 4"]);
  assert.equal(capital("ratio 5"), "Ratio 5");
});

test("missing modes are named as long as that is short", () => {
  assert.equal(missingModes([], 5), "No mode is missing.");
  assert.equal(missingModes([2], 5), "Mode 2 is missing.");
  assert.equal(missingModes([1, 3, 4], 5), "Modes 1, 3 and 4 are missing.");
  assert.equal(missingModes([0, 1], 2), "Every mode is missing.");
  assert.equal(missingModes([0], 1), "The mode is missing.");
  assert.equal(missingModes([0, 1, 2, 3, 4, 5, 6, 7, 8], 25), "9 modes are missing.");
});

test("a caption and a card say alike which modes are covered", () => {
  assert.deepEqual(missingIn([true, false, true, false]), [1, 3]);
  const two = [true, false, true, false, true];
  assert.equal(coveredModes(two), "3 of 5 modes covered. Modes 1 and 3 are missing.");
  assert.equal(coveredModes([true]), "1 of 1 mode covered. No mode is missing.");
});

test("a mode that perfect samples do not show is neither covered nor missing", () => {
  assert.deepEqual(missingIn([true, null, false]), [2]);
  assert.equal(coveredModes([true, null]), "1 of 2 modes covered. No mode is missing.");
});

test("ticks are round numbers within their axis", () => {
  assert.deepEqual(evenTicks(1, 10, 4), [2.5, 5, 7.5, 10]);
  assert.deepEqual(evenTicks(-0.3, 1.1, 3).map(chartNumber), ["0", "0.5", "1"]);
  assert.deepEqual(decades(0.5, 2000), [1, 10, 100, 1000]);
  assert.deepEqual(decades(1.5, 30), [2, 5, 10, 20]);
});

test("a spike does not flatten a chart, and what is measured by stays on it", () => {
  const values = [...Array(99).fill(1), 1000];
  const [low, high] = robustLimits(values, [0, 2]);
  assert.ok(low === 0 && high > 2 && high < 3);
  assert.deepEqual(robustLimits([], []), [0, 1]);
  assert.deepEqual(logLimits([-1, 0]), [0.1, 1]);
  assert.deepEqual(logLimits([0, 1.4, 10]), [1, 14]);
});

test("the names of a chart's lines stand over their lines, and never upon each other", () => {
  const plot = [8, 120];
  assert.deepEqual(labelPlaces([60], plot), [52]);
  assert.deepEqual(labelPlaces([10], plot), [19]);
  const [one, other] = labelPlaces([60, 60], plot);
  assert.ok(other - one >= 12, "two lines at one height");
  const [upper, lower] = labelPlaces([66, 60], plot);
  assert.ok(upper - lower >= 12, "in the order of the lines' heights");
  assert.ok(Math.max(...labelPlaces([119, 118, 117], plot)) <= 120);
});
