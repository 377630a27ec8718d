import type { RunRecord } from "../../experiments/mod.ts";
import {
  accuracyDots,
  chanceUpright,
  type Figure,
  paperDots,
  plainText,
  rowEnds,
  rowsLayout,
} from "../../figures/mod.ts";
import { type Corruption, corruptionName, corruptionSizes, scaleCorruption } from "../../images/mod.ts";
import { table5 } from "../../paper/mod.ts";
import { formatProportion } from "../../stats/mod.ts";
import { type Corrupted, corruptedOf } from "./records.ts";

/** Ours stands this far above its row and the paper below, so that neither hides the other. */
const DODGE = 0.14;

/** A line of the figure: a corruption of ours, of the paper, or the same of both. */
interface CorruptionRow {
  name: string;
  ours?: Corrupted;
  /** Accuracy, %. */
  paper?: number;
}

/**
 * Table 5: accuracy under each corruption with its 95% interval beside the paper's, which is of other
 * datasets. Corruptions that are not the paper's stand below without one.
 *
 * @param records Runs of a sweep over corruptions; without one: the images as they are.
 * @param side Side of the images that were corrupted, px: the paper's sizes are scaled to it
 *   (`scaleCorruption`).
 */
export function corruptionsFigure(records: readonly RunRecord[], { side }: { side: number }): Figure {
  const rows = rowsOf(corruptedOf(records), side).toReversed(); // plotly counts from below
  const ours = rows.flatMap(({ name, ours }, at) => ours ? [{ at, name, ...ours }] : []);
  const paper = rows.flatMap(({ name, paper }, at) => paper === undefined ? [] : [{ at, name, paper }]);
  const chances = [...new Set(records.map(({ result }) => result.chance))];
  return {
    data: [
      accuracyDots(ours.map(({ accuracy }) => accuracy), {
        name: "ours, 95% interval",
        along: "x",
        at: ours.map(({ at }) => at + DODGE),
        customdata: ours.map(({ name, accuracy }) => `${name}<br>${formatProportion(accuracy)}`),
        hovertemplate: "%{customdata}<extra></extra>",
      }),
      paperDots(paper.map(({ paper }) => paper), {
        name: `the paper, ${table5.source} (other datasets)`,
        along: "x",
        at: paper.map(({ at }) => at - DODGE),
        customdata: paper.map(({ name, paper }) => `${name}<br>${paper}% (the paper)`),
        hovertemplate: "%{customdata}<extra></extra>",
      }),
      ...chances.map((chance) => chanceUpright(chance, rowEnds(rows.length))),
    ],
    layout: rowsLayout("Telling corrupted datasets apart", "Validation accuracy with 95% intervals", {
      ticks: rows.map(({ name }, at) => ({ at, text: name })),
      count: rows.length,
      rowHeight: 42,
      percents: [Math.min(25, ...chances.map((chance) => 100 * chance - 5)), 100],
    }),
  };
}

function rowsOf(ours: readonly Corrupted[], side: number): CorruptionRow[] {
  const scaled = (corruption: Corruption | null) => corruption && scaleCorruption(corruption, side);
  const found = new Set<Corrupted>();
  const table = table5.rows.map(({ name, percent, corruption }) => {
    const here = corruptionName(scaled(corruption));
    const run = ours.find((candidate) => corruptionName(candidate.corruption) === here);
    if (run) found.add(run);
    return { name: plainText(name) + sizeHere(scaled(corruption), side), ours: run, paper: percent };
  });
  const others = ours.filter((run) => !found.has(run));
  return [...table, ...others.map((run) => ({ name: plainText(corruptionName(run.corruption)), ours: run }))];
}

/** The paper's size, scaled to our images. */
function sizeHere(corruption: Corruption | null, side: number): string {
  const sizes = corruption ? Object.values(corruptionSizes(corruption)) : [];
  return sizes.map((size) => `<br>(here ${size} px of ${side})`).join("");
}
