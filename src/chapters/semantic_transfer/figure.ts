import { type Figure, probesFigure } from "../../figures/mod.ts";
import { type ProbedRecord, type ProbePoint, table8 } from "../../paper/mod.ts";

/**
 * Table 8: what the features of a dataset classifier know of semantics. The paper's rows are of 1,000
 * classes; where a task has fewer, they have a panel of their own.
 *
 * @param records Probes of one task.
 * @param what Names the task in the title: "CIFAR-10's classes".
 */
export function semanticFigure(records: readonly ProbedRecord[], what: string): Figure {
  return probesFigure(records, `${what} from the dataset classifier's features`, {
    paper: table8,
    rowOf: table8Row,
    paperChance: table8.chance,
  });
}

/** The row of Table 8 that a row of ours stands beside: a classifier beside that of as many datasets. */
function table8Row({ kind, datasets }: ProbePoint): string | undefined {
  if (kind === "random weights") return "random weights";
  if (kind === "dataset classifier") return ["Y", "C", "D", "W", "L", "I"].slice(0, datasets).join("+");
  return kind.startsWith("MAE") ? "MAE" : undefined;
}
