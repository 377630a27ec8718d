import { formatProportion } from "../stats/mod.ts";
import type { RunRecord } from "../experiments/mod.ts";
import type { Displayable } from "./kernel.ts";
import { type Column, table } from "./table.ts";

/**
 * The outcome of each run: accuracy with interval and n, chance, what it took.
 *
 * @param what Columns that tell the runs apart. Default: the datasets.
 */
export function accuracyTable(
  records: readonly RunRecord[],
  what: readonly Column<RunRecord>[] = [
    { title: "datasets", value: ({ experiment }) => experiment.datasets.join(" + ") },
  ],
): Displayable {
  return table(records, [
    ...what,
    { title: "accuracy [95% interval]", value: ({ result }) => formatProportion(result.accuracy) },
    { title: "on training images", value: ({ result }) => `${(100 * result.training.value).toFixed(1)}%` },
    { title: "chance", value: ({ result }) => `${(100 * result.chance).toFixed(1)}%` },
    { title: "training images each", value: ({ experiment }) => experiment.imagesPerDataset },
    { title: "parameters", value: ({ result }) => result.parameters },
    { title: "seconds", value: ({ result }) => Math.round(result.seconds) },
    { title: "record", value: ({ hash }) => `runs/${hash}` },
  ]);
}
