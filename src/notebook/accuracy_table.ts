import { formatProportion } from "../stats/mod.ts";
import type { RunRecord } from "../sweep/mod.ts";
import type { Displayable } from "./kernel.ts";
import { table } from "./table.ts";

/** The outcome of each run: accuracy with interval and n, chance, what it took. */
export function accuracyTable(records: readonly RunRecord[]): Displayable {
  return table(records, [
    { title: "datasets", value: ({ experiment }) => experiment.datasets.join(" + ") },
    { title: "accuracy [95% interval]", value: ({ result }) => formatProportion(result.accuracy) },
    { title: "on training images", value: ({ result }) => `${(100 * result.training.value).toFixed(1)}%` },
    { title: "chance", value: ({ result }) => `${(100 * result.chance).toFixed(1)}%` },
    { title: "training images each", value: ({ experiment }) => experiment.imagesPerDataset },
    { title: "parameters", value: ({ result }) => result.parameters },
    { title: "seconds", value: ({ result }) => Math.round(result.seconds) },
    { title: "record", value: ({ hash }) => `runs/${hash}` },
  ]);
}
