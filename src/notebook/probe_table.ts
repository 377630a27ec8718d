import { featuresName, type ProbedRecord } from "../paper/mod.ts";
import { formatProportion } from "../stats/mod.ts";
import type { ProbeRecord } from "../experiments/mod.ts";
import type { Displayable } from "./kernel.ts";
import { table } from "./table.ts";

/** What only probes have; the run of a whole network has no layer that was chosen. */
const chosen = ({ result }: ProbedRecord): Partial<ProbeRecord["result"]> =>
  "classes" in result ? result : {};

/** The outcome of each probe: accuracy with interval and n, chance, and the setting that was best on held-out training images. */
export function probeTable(records: readonly ProbedRecord[]): Displayable {
  return table(records, [
    { title: "features", value: featuresName },
    { title: "accuracy [95% interval]", value: ({ result }) => formatProportion(result.accuracy) },
    { title: "chance", value: ({ result }) => `${(100 * result.chance).toFixed(1)}%` },
    { title: "layer", value: (record) => chosen(record).layer ?? "–" },
    { title: "learning rate", value: (record) => chosen(record).baseLearningRate ?? "–" },
    { title: "seconds", value: ({ result }) => Math.round(result.seconds) },
    { title: "record", value: ({ hash }) => `runs/${hash}` },
  ]);
}
