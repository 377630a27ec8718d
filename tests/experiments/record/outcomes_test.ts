import assert from "node:assert/strict";
import { outcomesOf } from "../../../src/experiments/record/outcomes.ts";

const line = (key: string, label: number, probabilities: number[]) => ({ key, label, probabilities });

Deno.test("outcomesOf: an image is named by its dataset, whatever the part, and repeated names get an ordinal", () => {
  const { images, right } = outcomesOf({ kind: "classifier", datasets: ["mdi", "cifar10@test#1/2"] }, [
    line("home", 0, [0.9, 0.1]),
    line("home", 1, [0.9, 0.1]),
    line("7", 1, [0.2, 0.8]),
    line("7", 1, [0.5, 0.5]),
  ]);
  assert.deepEqual(images, ["mdi/home", "cifar10/home", "cifar10/7", "cifar10/7 (2)"]);
  assert.deepEqual(right, [true, false, true, false]);
});

Deno.test("outcomesOf: keys of probes have their dataset already; what predicts nothing is empty", () => {
  const probe = { kind: "probe", task: { of: "datasets", datasets: ["mdi", "remix"] } };
  assert.deepEqual(outcomesOf(probe, [line("mdi/home", 0, [0.9, 0.1])]), {
    images: ["mdi/home"],
    right: [true],
  });
  assert.deepEqual(outcomesOf({ kind: "pretraining", datasets: ["mdi"] }, []), { images: [], right: [] });
});
