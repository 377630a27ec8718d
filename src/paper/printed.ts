/** Quantitative claims: are the paper's figures met, at the paper's scale? */
import { baseline, type Experiment, type RunRecord } from "../experiments/mod.ts";
import { type Estimate, formatPercent, meanAccuracy } from "../stats/mod.ts";
import { type Claim, inPoints, notRun } from "./claims.ts";
import { repetitionsOf } from "./runs.ts";
import { table1 } from "./tables.ts";

/** One printed figure, and how to know the runs that it is about. */
export interface PrintedFigure {
  /** Its row, for example "YCD" or "AlexNet". */
  name: string;
  /** % */
  percent: number;
  /** Training images of each dataset. Default: the paper's baseline's, 1,000,000. */
  imagesPerDataset?: number;
  /** Chooses its runs among those at the paper's scale. */
  isOf(record: RunRecord): boolean;
}

/** A figure is met within a point, or within our interval where that is wider. */
const NEAR = 0.01;

/** The datasets of the paper's combinations by their letters: "YCD". */
export function isCombination(letters: string, datasets: readonly string[]): boolean {
  const names = [...letters].map((letter) => table1.rows.find(({ symbol }) => symbol === letter)?.manifest);
  return names.length === datasets.length && names.every((name) => name && datasets.includes(name));
}

/** Whether a run's numbers of images and its image size are the paper's. */
export function isPaperScale(
  { datasets, ...ours }: Experiment,
  imagesPerDataset = baseline({ datasets, preset: "paper" }).imagesPerDataset,
): boolean {
  const { validationPerDataset, imageSize } = baseline({ datasets, preset: "paper" });
  return ours.imagesPerDataset === imagesPerDataset && ours.imageSize === imageSize &&
    ours.validationPerDataset === validationPerDataset;
}

/** Whether a run has the network of the paper's baseline. */
export function isPaperModel({ datasets, model }: Experiment): boolean {
  return JSON.stringify(model) === JSON.stringify(baseline({ datasets, preset: "paper" }).model);
}

/** How far ours, the mean over the seeds, is from a printed figure, and how near is near enough. */
interface Distance {
  name: string;
  percent: number;
  ours: Estimate;
  off: number;
  within: number;
}

function distanceOf({ name, percent, imagesPerDataset, isOf }: PrintedFigure, records: readonly RunRecord[]) {
  const runs = records.filter((record) => isPaperScale(record.experiment, imagesPerDataset) && isOf(record));
  if (runs.length === 0) return [];
  const ours = meanAccuracy(repetitionsOf(runs));
  const off = ours.value - percent / 100;
  const within = Math.max(NEAR, off > 0 ? ours.value - ours.low : ours.high - ours.value);
  return [{ name, percent, ours, off, within }];
}

/**
 * The claim that a table's figures are met: each of ours is within a point of the printed figure, or the
 * figure is within our 95% interval. At other scales it is not shown. No p-value decides it, so that it is
 * not counted among the tests.
 *
 * @param fields the claim's identifier, the table, and the figures
 */
export function nearPrinted(
  { id, source, figures }: { id: string; source: string; figures: readonly PrintedFigure[] },
): Claim {
  const percents = figures.map(({ percent }) => percent);
  return {
    id,
    statement: "At the paper's scale, the printed accuracies are met.",
    source,
    paper: `${Math.min(...percents)}% to ${Math.max(...percents)}%`,
    test(records) {
      const found: Distance[] = figures.flatMap((figure) => distanceOf(figure, records));
      if (found.length === 0) return notRun("needs the paper's scale");
      const isMissed = ({ off, within }: Distance) => Math.abs(off) > within;
      const missed = found.filter(isMissed).length;
      const far = found.reduce((a, b) => Math.abs(b.off) - b.within > Math.abs(a.off) - a.within ? b : a);
      const isWhole = found.length === figures.length;
      return {
        ours: `${found.length - missed} of ${found.length} are met; the least near, ${far.name}, ` +
          `${formatPercent(far.ours.value)} for ${far.percent}%`,
        verdict: missed > 0 ? "does not hold" : isWhole ? "holds" : "not shown at this scale",
        reason: `${found.length} of ${figures.length} were run at the paper's scale; ${far.name} is ` +
          `${inPoints(far.off)} from the printed figure; met means within ${
            inPoints(far.within)
          }, the greater of ` +
          "a point and our 95% interval",
      };
    },
  };
}
