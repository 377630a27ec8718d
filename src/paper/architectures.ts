import { familyOf } from "../models/mod.ts";
import type { Proportion } from "../stats/mod.ts";
import type { Experiment, RunRecord } from "../experiments/mod.ts";
import { table3 } from "./tables.ts";
import { pooledAccuracy } from "./verdict.ts";

/** The outcome for one architecture, over all its runs. */
export interface Architecture {
  /** As in {@link architectureOf}. */
  name: string;
  accuracy: Proportion;
  /** 1 / number of datasets. */
  chance: number;
}

/** The experiment's kind of network as in Table 3 ("VGG", whatever its depth); one that is not there goes by its own name. */
export function architectureOf({ model }: Experiment): string {
  const family = familyOf(model);
  const row = table3.rows.find((row) => row.family === family);
  return row?.architecture ?? (typeof model === "string" ? model : model.family);
}

/** Table 3's architectures as far as they are among `records`, in its order. */
export function architecturesOf(records: readonly RunRecord[]): Architecture[] {
  const groups = Map.groupBy(records, ({ experiment }) => architectureOf(experiment));
  return table3.rows.flatMap(({ architecture: name }) => {
    const runs = groups.get(name);
    return runs ? [{ name, accuracy: pooledAccuracy(runs), chance: runs[0].result.chance }] : [];
  });
}
