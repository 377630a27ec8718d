/** What gives datasets away: accuracy by kind of evidence, beside the numbers of others. */
import { evidenceKinds, type EvidenceName } from "../../evidence/mod.ts";
import type { AuditRecord } from "../../experiments/mod.ts";
import {
  accuracyDots,
  chanceUpright,
  type Figure,
  PALETTE,
  paperDots,
  percentAxis,
  plainText,
  rangeAround,
  rowEnds,
  rowsLayout,
  type Trace,
  twoPanels,
} from "../../figures/mod.ts";
import { formatAccuracy, saleknia, zeng } from "../../paper/mod.ts";
import { formatPercent } from "../../stats/mod.ts";
import { CHANCE, type Pairs, type Told, toldBy } from "./records.ts";

const TITLES: Record<Pairs, string> = {
  datasets: "What gives datasets away",
  halves: "What gives random halves away",
  folders: "What gives the folders away",
};

/** Pairs stand so far apart within a row. */
const DODGE = 0.18;

/** The row of Zeng et al. that a kind stands beside. A bag of words of ORB stands beside pictures of SIFT. */
const ZENG: Partial<Record<EvidenceName, (typeof zeng.rows)[number]["name"]>> = {
  "mean-color": "mean RGB",
  "pixel-shuffle-random": "pixel shuffle, random",
  "pixel-shuffle-fixed": "pixel shuffle, fixed",
  "low-pass": "low-pass",
  "high-pass": "high-pass",
  "patch-shuffle-random": "patch shuffle, random",
  "patch-shuffle-fixed": "patch shuffle, fixed",
  "bag-of-words": "SIFT",
  hog: "HOG",
  canny: "Canny edges",
  silhouettes: "SAM contours",
  "all-pixels": "original",
};

/** The row of images that have no content, of Saleknia & Sabokrou. */
const NO_CONTENT = "images without content";

/** Of theirs: three datasets. */
const THEIR_CHANCE = 1 / 3;

/**
 * Accuracy by kind of evidence, one dot a pair with its 95% interval. For pairs of datasets it stands at the
 * right. At the left stand Zeng et al.'s numbers, and Saleknia & Sabokrou's range for images without content:
 * of three datasets, so that chance is another.
 */
export function evidenceFigure(
  records: readonly AuditRecord[],
  which: Pairs = "datasets",
): Figure {
  const told = toldBy(records, which);
  const kinds = evidenceKinds.filter(({ name }) => told.some(({ evidence }) => evidence === name))
    .toReversed();
  const names = [
    ...kinds.map(({ title }) => plainText(title)),
    ...(which === "datasets" ? [NO_CONTENT] : []),
  ];
  const rows = new Map(kinds.map(({ name }, at) => [name as EvidenceName, at]));
  const ends = rowEnds(names.length);
  const percents = told.flatMap(({ accuracy }) => [100 * accuracy.low, 100 * accuracy.high]);
  const range = rangeAround([...percents, 100 * CHANCE]);
  const layout = rowsLayout(
    TITLES[which],
    "Accuracy on held-out images by one kind of evidence, 95% intervals",
    {
      ticks: names.map((text, at) => ({ at, text })),
      count: names.length,
      rowHeight: 34,
      percents: range,
    },
  );
  const ours = pairTraces(told, rows);
  const chance = (name: string, share: number) => ({ name: `chance ${name}, ${formatPercent(share)}` });
  if (which !== "datasets") return { data: [...ours, chanceUpright(CHANCE, ends)], layout };
  const { paper, ours: domain, headings } = twoPanels({ paper: "Others, 3 datasets", ours: "Ours, pairs" });
  return {
    data: [
      ...ours.map((trace) => ({ ...trace, xaxis: "x2" })),
      zengDots(rows),
      noContentDots(names.length - 1),
      chanceUpright(THEIR_CHANCE, ends, chance("of three", THEIR_CHANCE)),
      chanceUpright(CHANCE, ends, { xaxis: "x2", ...chance("of two", CHANCE) }),
    ],
    layout: {
      ...layout,
      xaxis: percentAxis("accuracy", 25, 100, { domain: paper, dtick: 25 }),
      xaxis2: percentAxis("accuracy", ...range, { domain, anchor: "y" }),
      annotations: headings,
      margin: { ...layout.margin as object, t: 96 },
      height: layout.height as number + 24,
    },
  };
}

/** A trace for each pair. */
function pairTraces(told: readonly Told[], rows: ReadonlyMap<EvidenceName, number>): Trace[] {
  const pairs = [...Map.groupBy(told, ({ pair }) => pair)];
  return pairs.map(([pair, tests], i) =>
    accuracyDots(tests.map(({ accuracy }) => accuracy), {
      name: `ours, ${plainText(pair)}`,
      along: "x",
      at: tests.map(({ evidence }) => rows.get(evidence)! - (i - (pairs.length - 1) / 2) * DODGE),
      color: PALETTE[i % PALETTE.length],
      size: 7,
      customdata: tests.map(({ accuracy }) => `${plainText(pair)}<br>${formatAccuracy(accuracy)}`),
      hovertemplate: "%{customdata}<extra></extra>",
    })
  );
}

function zengDots(rows: ReadonlyMap<EvidenceName, number>): Trace {
  const beside = [...rows].flatMap(([evidence, at]) => {
    const row = zeng.rows.find(({ name }) => name === ZENG[evidence]);
    return row ? [{ at, ...row }] : [];
  });
  return paperDots(beside.map(({ percent }) => percent), {
    name: "Zeng et al. 2024 (YFCC, CC, DataComp)",
    along: "x",
    at: beside.map(({ at }) => at),
    customdata: beside.map(({ name, percent }) => `${name}: ${percent}%`),
    hovertemplate: "%{customdata} (Zeng et al.)<extra></extra>",
  });
}

/** Both ends of a range. */
function noContentDots(at: number): Trace {
  const range = saleknia.withoutSemanticsPercent;
  return paperDots(range, {
    name: `Saleknia & Sabokrou 2026, ${range.join(" to ")}%`,
    along: "x",
    at: range.map(() => at),
    symbol: "square",
    line: 1,
    hovertemplate: "%{x}% (Saleknia & Sabokrou)<extra></extra>",
  });
}
