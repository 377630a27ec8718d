import assert from "node:assert/strict";
import { STREAMS } from "../../src/stats/mod.ts";

Deno.test("no two random streams of a seed have one number, and no number has changed", () => {
  const numbers = Object.values(STREAMS);
  assert.equal(new Set<number>(numbers).size, numbers.length);
  assert.deepEqual(STREAMS, {
    weights: 119,
    dropPath: 100,
    dropout: 111,
    mix: 109,
    mask: 107,
    order: 28530,
    augmentation: 24949,
    corruption: 25455,
    randomLabels: 29292,
    heldOut: 26735,
    probeWeights: 28791,
    probeOrder: 28783,
    randomFilters: 29286,
    umap: 30061,
    game: 39486,
    evidence: 25974,
    auditFolds: 24934,
    permutedLabels: 28780,
    fourierFeatures: 26214,
    clusterLabels: 25452,
    drawnImages: 25705,
  });
});
