/** What Table 6's figure shows, in sentences. */
import type { RunRecord } from "../../experiments/mod.ts";
import { besideChance, countAboveChance, inSentences } from "../../paper/mod.ts";
import { formatPercent, formatProportion } from "../../stats/mod.ts";
import { MEMORISED, pseudoDatasetKind } from "./records.ts";

/**
 * How many runs memorised, how many of those that can only memorise are off chance, and the best real
 * datasets.
 */
export function memorizationFinding(records: readonly RunRecord[]): string {
  const real = records.filter((record) => pseudoDatasetKind(record) === "real");
  const others = records.filter((record) => pseudoDatasetKind(record) !== "real");
  if (others.length === 0) return inSentences("no sets that can only be memorised were run");
  const memorised = others.filter(({ result }) => result.training.value > MEMORISED).length;
  return inSentences(
    `of ${others.length} runs that can only memorise ${memorised} ${
      memorised === 1 ? "has" : "have"
    } more than ${formatPercent(MEMORISED)} of the training images right`,
    `on images never seen ${countAboveChance("runs", others.map(({ result }) => result))}`,
    bestReal(real),
  );
}

function bestReal(real: readonly RunRecord[]): string | undefined {
  if (real.length === 0) return undefined;
  const { experiment: { imagesPerDataset }, result: { accuracy, chance } } = real.reduce((a, b) =>
    b.result.accuracy.value > a.result.accuracy.value ? b : a
  );
  return `real datasets reach ${formatProportion(accuracy)} with ${imagesPerDataset} images a set, ${
    besideChance(accuracy, chance)
  }`;
}
