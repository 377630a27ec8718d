import { type Figure, probesFigure } from "../../figures/mod.ts";
import { type ProbedRecord, type ProbePoint, table7 } from "../../paper/mod.ts";

/** Table 7: dataset classification from features learnt without labels, full supervision and controls. */
export function selfSupervisedFigure(records: readonly ProbedRecord[]): Figure {
  return probesFigure(records, "Naming the dataset from features learnt without labels", {
    paper: table7,
    rowOf: table7Row,
  });
}

/** The row of Table 7 that a row of ours stands beside. */
function table7Row({ kind }: ProbePoint): string | undefined {
  if (kind === "supervised") return "fully supervised";
  if (kind === "MAE on another source") return "MAE pre-trained on ImageNet-1K";
  return kind === "MAE on these datasets" ? "MAE pre-trained on YCD" : undefined;
}
