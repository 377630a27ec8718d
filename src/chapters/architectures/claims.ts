/** Table 3: architectures. Its figure is `accuracyAgainst` beside the paper's table. */
import type { RunRecord } from "../../experiments/mod.ts";
import {
  allHold,
  architectureOf,
  AT_CHANCE,
  type Claim,
  differenceOf,
  enoughSeeds,
  type Evidence,
  FAR_RULE,
  farFromChance,
  formatAccuracy,
  formatDifference,
  inPoints,
  isCombination,
  nearPrinted,
  onceRun,
  pAboveChance,
  pAtChance,
  pFromAble,
  type PooledAccuracy,
  pooledAccuracy,
  table3,
} from "../../paper/mod.ts";
import { formatPercent, pAbove, pBelow } from "../../stats/mod.ts";

/** The outcome for one architecture, over all its runs. */
interface Architecture {
  /** As in {@link architectureOf}. */
  name: string;
  accuracy: PooledAccuracy;
  /** 1 / number of datasets. */
  chance: number;
  runs: RunRecord[];
}

/** Table 3's architectures as far as they are among `records`, in its order. */
export function architecturesOf(records: readonly RunRecord[]): Architecture[] {
  const groups = Map.groupBy(records, ({ experiment }) => architectureOf(experiment));
  return table3.rows.flatMap(({ architecture: name }) => {
    const runs = groups.get(name);
    return runs ? [{ name, accuracy: pooledAccuracy(runs), chance: runs[0].result.chance, runs }] : [];
  });
}

const onceAllRun = onceRun(architecturesOf, ({ length }) => {
  const count = table3.rows.length;
  return length < count ? `${length} of the ${count} architectures were run` : undefined;
});

/** The claims of Table 3, checked by notebook 02. */
export const architectureClaims: readonly Claim[] = [
  {
    id: "every-architecture-above-chance",
    statement: "Every architecture tells the datasets apart.",
    source: "Table 3",
    paper: "77.8% to 84.7% (chance 33.3%)",
    test: onceAllRun(everyArchitectureAboveChance),
  },
  {
    id: "every-architecture-far-above-chance",
    statement: "Even the weakest architecture is far above chance.",
    source: "Table 3",
    paper: "77.8% (AlexNet), 0.67 of the way from chance to 100%",
    test: onceAllRun(everyArchitectureFarAboveChance),
  },
  {
    id: "alexnet-least",
    statement: "AlexNet, the oldest, is behind every other architecture.",
    source: "Table 3",
    paper: "77.8%, the others 82.4% to 84.7%",
    test: onceAllRun(([alexnet, ...others]) => orderOutcome(alexnet, others, "behind")),
  },
  {
    id: "convnext-best",
    statement: "ConvNeXt, the newest, is ahead of every other architecture.",
    source: "Table 3",
    paper: "84.7%, the others 77.8% to 83.8%",
    test: onceAllRun((all) => orderOutcome(all[all.length - 1], all.slice(0, -1), "ahead")),
  },
  nearPrinted({
    id: "table-3-printed",
    source: "Table 3",
    figures: table3.rows.map(({ name, percent, architecture }) => ({
      name,
      percent,
      isOf: ({ experiment }) =>
        isCombination("YCD", experiment.datasets) && architectureOf(experiment) === architecture,
    })),
  }),
];

const listArchitectures = (architectures: readonly Architecture[]) =>
  architectures.map(({ name, accuracy }) => `${name} ${formatPercent(accuracy.value)}`).join(", ");

const leastOf = (architectures: readonly Architecture[]) =>
  architectures.reduce((a, b) => b.accuracy.value < a.accuracy.value ? b : a);

function everyArchitectureAboveChance(architectures: Architecture[]): Evidence {
  const parts = architectures.map(({ runs, chance }) => ({
    shown: pAboveChance(runs, chance),
    refuted: pAtChance(runs, chance),
  }));
  const least = leastOf(architectures);
  return {
    ours: listArchitectures(architectures),
    ...allHold(parts),
    reason:
      `the least, ${least.name}, is at ${formatAccuracy(least.accuracy)}; refuted by one that was able and ` +
      `is within ${inPoints(AT_CHANCE)} of chance`,
  };
}

function everyArchitectureFarAboveChance(architectures: Architecture[]): Evidence {
  const parts = architectures.map(({ runs, chance }) => farFromChance(runs, chance));
  const least = leastOf(architectures);
  return {
    ours: `${least.name} ${formatAccuracy(least.accuracy)}`,
    ...allHold(parts),
    reason: `at ${parts.map(({ share }) => share.toFixed(2)).join(", ")} of the way; ${FAR_RULE}`,
  };
}

const printedOf = (name: string): number =>
  table3.rows.find(({ architecture }) => architecture === name)!.percent / 100;

/**
 * Whether one architecture is behind, or ahead of, each of the others. A gap that is certainly less than half
 * of the paper's refutes it, where the network that ought to be ahead was able.
 */
function orderOutcome(
  one: Architecture,
  others: readonly Architecture[],
  place: "behind" | "ahead",
): Evidence {
  const gaps = others.map((other) => {
    const [front, back] = place === "ahead" ? [one, other] : [other, one];
    const gap = differenceOf(front.runs, back.runs);
    const margin = (printedOf(front.name) - printedOf(back.name)) / 2;
    return {
      name: other.name,
      gap,
      margin,
      shown: pAbove(gap),
      refuted: pFromAble(front.runs, pBelow(gap, margin)),
    };
  });
  const least = gaps.reduce((a, b) => b.gap.value < a.gap.value ? b : a);
  const margins = gaps.map(({ margin }) => margin);
  return {
    ours: listArchitectures([one, ...others]),
    ...allHold(gaps),
    gate: enoughSeeds(one.runs, ...others.map(({ runs }) => runs)),
    reason:
      `the least gap, to ${least.name}, is ${
        formatDifference(least.gap)
      } (paired by image); refuted by a gap ` +
      `below half of the paper's, ${inPoints(Math.min(...margins))} to ${inPoints(Math.max(...margins))}`,
  };
}
