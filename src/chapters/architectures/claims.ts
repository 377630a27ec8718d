/** Table 3: architectures. Its figure is `accuracyAgainst` beside the paper's table. */
import type { RunRecord } from "../../experiments/mod.ts";
import {
  aboveChance,
  architectureOf,
  BY_BINOMIAL,
  BY_TWO_PROPORTIONS,
  type Claim,
  type ClaimOutcome,
  compareAll,
  farAboveChance,
  onceRun,
  pooledAccuracy,
  table3,
} from "../../paper/mod.ts";
import { formatPercent, formatProportion, type Proportion } from "../../stats/mod.ts";

/** The outcome for one architecture, over all its runs. */
interface Architecture {
  /** As in {@link architectureOf}. */
  name: string;
  accuracy: Proportion;
  /** 1 / number of datasets. */
  chance: number;
}

/** Table 3's architectures as far as they are among `records`, in its order. */
export function architecturesOf(records: readonly RunRecord[]): Architecture[] {
  const groups = Map.groupBy(records, ({ experiment }) => architectureOf(experiment));
  return table3.rows.flatMap(({ architecture: name }) => {
    const runs = groups.get(name);
    return runs ? [{ name, accuracy: pooledAccuracy(runs), chance: runs[0].result.chance }] : [];
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
    paper: "77.8% (AlexNet), 2.3 times chance",
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
];

const listArchitectures = (architectures: readonly Architecture[]) =>
  architectures.map(({ name, accuracy }) => `${name} ${formatPercent(accuracy.value)}`).join(", ");

function everyArchitectureAboveChance(architectures: Architecture[]): ClaimOutcome {
  const { above, verdict } = aboveChance(architectures);
  return {
    ours: listArchitectures(architectures),
    verdict,
    reason: `${above} of ${architectures.length} are above chance ${BY_BINOMIAL}`,
  };
}

function everyArchitectureFarAboveChance(architectures: Architecture[]): ClaimOutcome {
  const least = architectures.reduce((a, b) => b.accuracy.value < a.accuracy.value ? b : a);
  return { ...farAboveChance(architectures), ours: `${least.name} ${formatProportion(least.accuracy)}` };
}

/** Whether one architecture is behind, or ahead of, each of the others. */
function orderOutcome(
  one: Architecture,
  others: readonly Architecture[],
  place: "behind" | "ahead",
): ClaimOutcome {
  const { higher, lower, verdict } = compareAll(
    others.map(({ accuracy }) => place === "ahead" ? [one.accuracy, accuracy] : [accuracy, one.accuracy]),
  );
  const [expected, contrary] = place === "ahead" ? ["below", "above"] : ["above", "below"];
  return {
    ours: listArchitectures([one, ...others]),
    verdict,
    reason:
      `${higher} of the ${others.length} others are ${expected} ${one.name} and ${lower} ${contrary} it ` +
      BY_TWO_PROPORTIONS,
  };
}
