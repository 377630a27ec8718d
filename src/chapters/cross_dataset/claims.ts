/** Torralba & Efros's cross-dataset generalisation, beside Table 8. */
import type { ProbeRecord } from "../../experiments/mod.ts";
import { allHold, type Claim, type Evidence, formatDifference, inPoints, onceRun } from "../../paper/mod.ts";
import { type Estimate, formatPercent, pAbove, pBelow } from "../../stats/mod.ts";
import { type Generalisation, generalisationOf, ownAdvantage, rowsOf } from "./records.ts";

/**
 * An advantage that is certainly below this is none. It was fixed before any run was seen, as two points of a
 * hundred: less would not be worth a word.
 */
const MARGIN = 0.02;

const onceWhole = onceRun(
  (records: readonly ProbeRecord[]) => generalisationOf(records),
  (found) => found ? undefined : "needs a network of each dataset, for the same seeds",
);

/** The claims of cross-dataset generalisation, checked by notebook 09. */
export const crossDatasetClaims: readonly Claim<ProbeRecord>[] = [
  {
    id: "own-dataset-better",
    statement: "What an image shows is named better by a network of its own dataset than by one of another.",
    source: "Torralba & Efros 2011, Table 1",
    paper: "lower on the other five collections than on the own (figures not quoted)",
    test: onceWhole((found) => weigh(found!, [found!.datasets])),
  },
  {
    id: "own-dataset-better-everywhere",
    statement: "That is so for the images of every dataset.",
    source: "Torralba & Efros 2011, Table 1",
    paper: "a drop in per cent for each collection (figures not quoted)",
    test: onceWhole((found) => weigh(found!, found!.datasets.map((name) => [name]))),
  },
];

/** Whether the own network is better on the images of each of several groups of datasets. */
function weigh(found: Generalisation, groups: readonly (readonly string[])[]): Evidence {
  const advantages = groups.map((tested) => ownAdvantage(found, tested));
  const rows = rowsOf(found);
  const mean = (field: "self" | "others") => rows.reduce((sum, row) => sum + row[field], 0) / rows.length;
  const [self, others] = [mean("self"), mean("others")];
  const drops = rows.map(({ trainedOn, drop }) => `${trainedOn} ${Math.round(100 * drop)}%`);
  return {
    ours: groups.length === 1
      ? `${formatPercent(self)} on the own dataset, ${formatPercent(others)} on others, ${
        Math.round(100 * (1 - others / self))
      }% lower`
      : `drops: ${drops.join(", ")}`,
    reason:
      `${advantages.map((advantage, i) => inWords(advantage, groups[i])).join("; ")} above the mean of the ` +
      `others' networks on the same images (clustered by image); none means less than ${inPoints(MARGIN)}`,
    ...allHold(advantages.map((advantage) => ({
      shown: pAbove(advantage),
      refuted: pBelow(advantage, MARGIN),
    }))),
  };
}

function inWords(advantage: Estimate, tested: readonly string[]): string {
  const counts = `n = ${advantage.n} images, ${advantage.seeds} ${advantage.seeds === 1 ? "seed" : "seeds"}`;
  const on = tested.length === 1 ? `${tested[0]}: ` : "";
  return `${on}${formatDifference(advantage)} (${counts})`;
}
