import assert from "node:assert/strict";
import { chooseExemplars } from "../../src/notebook/exemplars.ts";

const datasets = ["a", "b"];
const prediction = (key: string, label: number, ofA: number) => ({
  key,
  label,
  probabilities: [ofA, 1 - ofA],
});
const predictions = [
  prediction("a1", 0, 0.6),
  prediction("a2", 0, 0.9),
  prediction("a3", 0, 0.2),
  prediction("a4", 0, 0.7),
  prediction("a5", 0, 0.45),
  prediction("b1", 1, 0.1),
  prediction("b2", 1, 0.3),
];
const keys = (options: Parameters<typeof chooseExemplars>[2]) =>
  chooseExemplars(predictions, datasets, options).map(({ label, images }) =>
    [label, ...images.map(({ key }) => key)].join(" ")
  );

Deno.test("exemplars: the surest of each dataset, right and wrong; an empty row is left out", () => {
  assert.deepEqual(keys({}), ["a, right a2 a4 a1", "a, wrong a3 a5", "b, right b1 b2"]);
  assert.deepEqual(keys({ each: 1 }), ["a, right a2", "a, wrong a3", "b, right b1"]);
});

Deno.test("exemplars: the least sure of each dataset, whatever it was taken for", () => {
  assert.deepEqual(keys({ show: "least sure" }), ["a a5 a1 a4 a3 a2", "b b2 b1"]);
  assert.deepEqual(keys({ show: "least sure", each: 2 }), ["a a5 a1", "b b2 b1"]);
});

Deno.test("exemplars: what was said, and how surely", () => {
  const [, { images: [wrong] }] = chooseExemplars(predictions, datasets, {});
  assert.deepEqual([wrong.said, wrong.confidence], [1, 0.8]);
});
