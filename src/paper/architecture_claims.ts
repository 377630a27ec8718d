import { formatProportion } from "../stats/mod.ts";
import type { RunRecord } from "../experiments/mod.ts";
import { type Architecture, architecturesOf } from "./architectures.ts";
import { type Claim, notRun, type Outcome } from "./claims.ts";
import { table3 } from "./tables.ts";
import {
  ALPHA,
  compareAll,
  type Comparisons,
  countAboveChance,
  farAboveChance,
  NEGLIGIBLE,
  percent,
  verdictOf,
} from "./verdict.ts";

/** The claims of Table 3, checked by notebook 02. */
export const architectureClaims: readonly Claim[] = [
  {
    id: "every-architecture-above-chance",
    statement: "Every architecture tells the datasets apart.",
    source: "Table 3",
    paper: "77.8% to 84.7% (chance 33.3%)",
    test: everyArchitectureAboveChance,
  },
  {
    id: "every-architecture-far-above-chance",
    statement: "Even the weakest architecture is far above chance.",
    source: "Table 3",
    paper: "77.8% (AlexNet), 2.3 times chance",
    test: everyArchitectureFarAboveChance,
  },
  {
    id: "alexnet-least",
    statement: "AlexNet, the oldest, is behind every other architecture.",
    source: "Table 3",
    paper: "77.8%, the others 82.4% to 84.7%",
    test: alexnetLeast,
  },
  {
    id: "convnext-best",
    statement: "ConvNeXt, the newest, is ahead of every other architecture.",
    source: "Table 3",
    paper: "84.7%, the others 77.8% to 83.8%",
    test: convnextBest,
  },
];

const listed = (architectures: readonly Architecture[]) =>
  architectures.map(({ name, accuracy }) => `${name} ${percent(accuracy.value)}`).join(", ");

/** Tests Table 3's architectures once all of them were run. */
function ofAll(
  records: readonly RunRecord[],
  test: (architectures: Architecture[]) => Outcome,
): Outcome {
  const architectures = architecturesOf(records);
  const [count, of] = [architectures.length, table3.rows.length];
  return count < of ? notRun(`${count} of the ${of} architectures were run`) : test(architectures);
}

function everyArchitectureAboveChance(records: readonly RunRecord[]): Outcome {
  return ofAll(records, (architectures) => {
    const above = countAboveChance(architectures);
    const atChance = architectures.filter(({ accuracy, chance }) => accuracy.high < chance + NEGLIGIBLE);
    return {
      ours: listed(architectures),
      verdict: verdictOf(above === architectures.length, atChance.length > 0),
      reason:
        `${above} of ${architectures.length} are above chance (exact binomial test, Holm, p < ${ALPHA})`,
    };
  });
}

function everyArchitectureFarAboveChance(records: readonly RunRecord[]): Outcome {
  return ofAll(records, (architectures) => {
    const least = architectures.reduce((a, b) => b.accuracy.value < a.accuracy.value ? b : a);
    const ours = `${least.name} ${formatProportion(least.accuracy)}`;
    return { ...farAboveChance(architectures), ours };
  });
}

function alexnetLeast(records: readonly RunRecord[]): Outcome {
  return ofAll(records, ([alexnet, ...others]) => {
    const found = compareAll(others.map(({ accuracy }) => [accuracy, alexnet.accuracy]));
    return orderOutcome([alexnet, ...others], found, "above", "below");
  });
}

function convnextBest(records: readonly RunRecord[]): Outcome {
  return ofAll(records, (architectures) => {
    const [convnext, others] = [architectures[architectures.length - 1], architectures.slice(0, -1)];
    const found = compareAll(others.map(({ accuracy }) => [convnext.accuracy, accuracy]));
    return orderOutcome([convnext, ...others], found, "below", "above");
  });
}

function orderOutcome(
  [one, ...others]: Architecture[],
  { higher, lower, verdict }: Comparisons,
  expected: string,
  contrary: string,
): Outcome {
  return {
    ours: listed([one, ...others]),
    verdict,
    reason:
      `${higher} of the ${others.length} others are ${expected} ${one.name} and ${lower} ${contrary} it ` +
      `(two-proportion tests, Holm, p < ${ALPHA})`,
  };
}
