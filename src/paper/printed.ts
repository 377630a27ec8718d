/** Quantitative claims: is the paper's figure met, at the paper's scale? */
import { baseline, type Experiment, type RunRecord } from "../experiments/mod.ts";
import { meanAccuracy } from "../stats/mod.ts";
import { type Claim, inPoints, notRun } from "./claims.ts";
import { formatAccuracy } from "./runs.ts";

/** A figure as the paper printed it, and the runs that it is about. */
export interface Printed {
  id: string;
  /** What the figure is of, for example "ConvNeXt-T on YCD". */
  what: string;
  /** Where it is printed, for example "Table 3". */
  source: string;
  /** % */
  percent: number;
  /** Fields in which the paper's experiment differs from its baseline. Default: none. */
  differing?: Partial<Pick<Experiment, "imagesPerDataset" | "model">>;
  /** Chooses the runs that it is about among those at the paper's scale. */
  runs(records: readonly RunRecord[]): RunRecord[];
}

/** A figure is met within a point, as authors print figures that they repeated, or within our interval. */
const NEAR = 0.01;

/**
 * Whether a run is at the paper's scale: its numbers of images, its network and its image size.
 *
 * @param differing see {@link Printed.differing}
 */
export function isPaperScale(
  { datasets, imagesPerDataset, validationPerDataset, imageSize, model }: Experiment,
  differing: Printed["differing"] = {},
): boolean {
  const paper = { ...baseline({ datasets, preset: "paper" }), ...differing };
  return imagesPerDataset === paper.imagesPerDataset && imageSize === paper.imageSize &&
    validationPerDataset === paper.validationPerDataset &&
    JSON.stringify(model) === JSON.stringify(paper.model);
}

/**
 * The claim that a printed figure is met: our mean over the seeds is within a point of it, or it is within our
 * 95% interval. At other scales it is not shown. No p-value decides it, so it is not counted among the tests.
 */
export function nearPrinted({ id, what, source, percent, differing, runs }: Printed): Claim {
  return {
    id,
    statement: `${what}: the printed accuracy, at the paper's scale.`,
    source,
    paper: `${percent}%`,
    test(records) {
      const chosen = runs(records.filter(({ experiment }) => isPaperScale(experiment, differing)));
      if (chosen.length === 0) return notRun("needs the paper's scale");
      const ours = meanAccuracy(chosen.map(({ outcomes }) => outcomes));
      const off = ours.value - percent / 100;
      const within = Math.max(NEAR, off > 0 ? ours.value - ours.low : ours.high - ours.value);
      return {
        ours: formatAccuracy(ours),
        verdict: Math.abs(off) <= within ? "holds" : "does not hold",
        reason:
          `${inPoints(off)} from the printed figure; as near as ${inPoints(within)} is asked for, the ` +
          "greater of a point and our 95% interval",
      };
    },
  };
}
