/** Table 6: pseudo-datasets, which can only be memorised. */
import type { RunRecord } from "../../experiments/mod.ts";
import {
  allHold,
  ALPHA,
  AT_CHANCE,
  type Claim,
  type ClaimOutcome,
  type Evidence,
  formatDifference,
  formatP,
  type Gate,
  luckInWords,
  luckOfSeeds,
  notRun,
  pAtChance,
  table6,
} from "../../paper/mod.ts";
import {
  agreementTest,
  binomialTest,
  contrastOfRuns,
  formatPercent,
  formatProportion,
  holm,
  meanAccuracy,
  pAbove,
  pBelow,
  renamingTest,
  twoProportionTest,
} from "../../stats/mod.ts";
import { paperRecipe } from "../../train/mod.ts";
import { MEMORISED, type PseudoDatasetKind, type PseudoDatasetSeries, seriesOfKind } from "./records.ts";

/** Training "fails" where its accuracy is nearer to chance than to 100%. */
const failsBelow = (chance: number): number => (1 + chance) / 2;

/** A network that has seen every image this often and has not memorised them is one that does not. */
const ENOUGH_PASSES = 100;

/** The smallest set of which the paper says that training fails, with augmentation. */
const PAPER_FAILS = Math.min(
  ...table6.rows.filter((row) => row.withAugmentation === null).map((row) => row.imagesPerSet),
);

/** How often the paper's training has seen each image of three such sets when it fails, to the hundred. */
const PAPER_PASSES = 100 *
  Math.round(paperRecipe.epochs * paperRecipe.samplesPerEpoch / (3 * PAPER_FAILS) / 100);

/** A mean over fewer deals of random labels says nothing of the luck of a deal. */
const ENOUGH_DEALS = 3;

/** The claims of Table 6, checked by notebook 08. */
export const pseudoDatasetClaims: readonly Claim[] = [
  {
    id: "small-sets-memorised",
    statement: "Small pseudo-datasets are memorised, with augmentation and without.",
    source: table6.source,
    paper: "training accuracy 100% with 100 and with 1K images a set",
    test: smallestMemorised,
  },
  {
    id: "large-sets-not-memorised",
    statement: `With augmentation larger pseudo-datasets are not memorised in ${ENOUGH_PASSES} passes.`,
    source: table6.source,
    paper: "fails to converge with 10K images a set with augmentation, with 100K without",
    test: largestFails,
  },
  {
    id: "augmentation-hinders-memorising",
    statement: "Augmentation makes memorising harder.",
    source: table6.source,
    paper: "10K images a set: 100% without, fails with augmentation",
    test: augmentationHinders,
  },
  {
    id: "pseudo-validation-at-chance",
    statement: "On images never seen, pseudo-datasets are at chance, however well they were memorised.",
    source: table6.source,
    paper: `validation accuracy about ${table6.validationPercent}% throughout`,
    test: pseudoAtChance,
  },
  {
    id: "random-labels-at-chance",
    statement: "So are the images of real datasets whose labels were dealt out at random.",
    source: "Zhang et al. 2017, beside Table 6",
    paper: "not in the paper; expected from Table 6: chance",
    test: randomLabelsAtChance,
  },
  {
    id: "real-datasets-generalise",
    statement:
      "Real datasets of the same size are told apart on images never seen: what is learnt is not memorization.",
    source: "Table 6 against Table 2",
    paper: "about 33% against 84.7%",
    test: realGeneralise,
  },
];

const sizeOf = ({ experiment }: RunRecord) => experiment.imagesPerDataset;
const trainingOf = ({ result }: RunRecord) => result.training;
const outcomesOf = ({ outcomes }: RunRecord) => outcomes;
const last = (runs: readonly RunRecord[]) => runs[runs.length - 1];

/** How often a run has seen each of its images. */
function passesOf({ experiment: { recipe, datasets, imagesPerDataset } }: RunRecord): number {
  return recipe.epochs * recipe.samplesPerEpoch / (datasets.length * imagesPerDataset);
}

const leastPasses = (runs: readonly RunRecord[]) => Math.floor(Math.min(...runs.map(passesOf)));

/** Runs of one source and one size, without and with augmentation. */
interface Beside {
  source: string;
  plain: RunRecord;
  augmented: RunRecord;
}

/**
 * Runs with and without augmentation of each source.
 *
 * @param choose the one of several sizes that both have
 */
function besideEachOther(records: readonly RunRecord[], choose: "least" | "most"): Beside[] {
  const augmented = seriesOfKind(records, "pseudo, augmented");
  return seriesOfKind(records, "pseudo").flatMap(({ source, runs }): Beside[] => {
    const others = augmented.find((series) => series.source === source)?.runs ?? [];
    const both = runs.flatMap((plain): Beside[] => {
      const other = others.find((run) => sizeOf(run) === sizeOf(plain));
      return other ? [{ source, plain, augmented: other }] : [];
    });
    return both.length === 0 ? [] : [choose === "least" ? both[0] : both[both.length - 1]];
  });
}

/** "tabler + mdi: 100.0% without, 99.3% with augmentation (100 images a set)", for each source. */
const besideText = (all: readonly Beside[]) =>
  all.map(({ source, plain, augmented }) =>
    `${source}: ${formatPercent(trainingOf(plain).value)} without, ` +
    `${formatPercent(trainingOf(augmented).value)} with augmentation (${sizeOf(plain)} images a set)`
  ).join("; ");

function smallestMemorised(records: readonly RunRecord[]): Evidence | ClaimOutcome {
  const smallest = besideEachOther(records, "least");
  if (smallest.length === 0) return notRun("pseudo-datasets with and without augmentation are needed");
  const runs = smallest.flatMap(({ plain, augmented }) => [plain, augmented]);
  return {
    ours: besideText(smallest),
    reason: `memorised is a training accuracy above ${formatPercent(MEMORISED)} (exact binomial tests), ` +
      `not memorised is one below it after ${ENOUGH_PASSES} passes; each image was seen ` +
      `${leastPasses(runs)} times or more; the least is ${formatProportion(leastTrained(runs))}`,
    ...allHold(runs.map((run) => ({
      shown: binomialTest(trainingOf(run), MEMORISED).p,
      refuted: passesOf(run) < ENOUGH_PASSES ? 1 : binomialTest(trainingOf(run), MEMORISED, "less").p,
    }))),
  };
}

function leastTrained(runs: readonly RunRecord[]) {
  return runs.map(trainingOf).toSorted((a, b) => a.value - b.value)[0];
}

/** If the same training memorises the smallest set, it is the size that makes it fail. */
function largestFails(records: readonly RunRecord[]): Evidence | ClaimOutcome {
  const series = seriesOfKind(records, "pseudo, augmented")
    .filter(({ runs }) => sizeOf(last(runs)) > sizeOf(runs[0]));
  if (series.length === 0) return notRun("pseudo-datasets of two sizes with augmentation are needed");
  const largest = series.map(({ runs }) => last(runs));
  const passes = leastPasses(largest);
  return {
    ours: series.map(({ source, runs }) =>
      `${source}: training accuracy ${formatPercent(trainingOf(last(runs)).value)} with ${
        sizeOf(last(runs))
      } images a set, ${formatPercent(trainingOf(runs[0]).value)} with ${sizeOf(runs[0])}`
    ).join("; "),
    reason:
      `not memorised is a training accuracy below ${
        formatPercent(failsBelow(largest[0].result.chance))
      }, halfway from ` +
      `chance to 100%, where the same training brings the smallest set above ${
        formatPercent(MEMORISED)
      } (exact binomial ` +
      `tests); each image was seen ${passes} times. The paper's "fails" is a training that does not converge after ` +
      `about ${
        PAPER_PASSES.toLocaleString("en")
      } passes, from ${PAPER_FAILS} images a set: more passes than here may memorise`,
    gate: tooFewPasses(largest),
    ...allHold(series.map(({ runs }) => notMemorised(runs[0], last(runs)))),
  };
}

function notMemorised(smallest: RunRecord, largest: RunRecord) {
  const limit = failsBelow(largest.result.chance);
  return {
    shown: Math.max(
      binomialTest(trainingOf(smallest), MEMORISED).p,
      binomialTest(trainingOf(largest), limit, "less").p,
    ),
    refuted: sizeOf(largest) < PAPER_FAILS ? 1 : binomialTest(trainingOf(largest), MEMORISED).p,
  };
}

/** A network that was stopped before it could memorise has not failed to. What is memorised needs no more. */
function tooFewPasses(runs: readonly RunRecord[]): Gate | undefined {
  const passes = leastPasses(runs.filter((run) => trainingOf(run).low < MEMORISED));
  if (passes >= ENOUGH_PASSES) return undefined;
  return {
    verdict: "not shown at this scale",
    reason: `each image was seen ${passes} times, and ${ENOUGH_PASSES} are needed to say that training fails`,
  };
}

function augmentationHinders(records: readonly RunRecord[]): Evidence | ClaimOutcome {
  const largest = besideEachOther(records, "most");
  if (largest.length === 0) {
    return notRun("pseudo-datasets of one size with and without augmentation are needed");
  }
  const p = ({ plain, augmented }: Beside, side: "greater" | "less") =>
    twoProportionTest(trainingOf(plain), trainingOf(augmented), side).p;
  return {
    ours: besideText(largest),
    reason: "two-proportion tests of the training accuracies at the largest size of each source",
    ...allHold(largest.map((both) => ({ shown: p(both, "greater"), refuted: p(both, "less") }))),
  };
}

/** "at most 38.3% counts as chance": the margin, by name. */
const marginText = (chance: number) =>
  `up to ${100 * AT_CHANCE} points above chance (${formatPercent(chance + AT_CHANCE)}) count as chance`;

/**
 * The runs of one source show the same validation images, which count once. A source of which no run
 * memorised a set is at chance since nothing was learnt, and can't show the claim.
 */
function pseudoAtChance(records: readonly RunRecord[]): Evidence | ClaimOutcome {
  const runs = (["pseudo", "pseudo, augmented"] as const).flatMap((kind) => seriesOfKind(records, kind));
  if (runs.length === 0) return notRun("no pseudo-datasets were run");
  const sources = [...Map.groupBy(runs, ({ source }) => source)].map(([source, series]) => {
    const own = series.flatMap((one) => one.runs);
    const isLearnt = own.some((run) => trainingOf(run).value >= MEMORISED);
    return { source, own, isLearnt, mean: meanAccuracy(own.map(outcomesOf)), chance: own[0].result.chance };
  });
  const unlearnt = sources.filter(({ isLearnt }) => !isLearnt).map(({ source }) => source);
  const single = sources.map(({ own, chance }) =>
    holm(own.map(({ result }) => binomialTest(result.accuracy, chance).p))
  );
  return {
    ours: sources.map(({ source, own, mean }) =>
      `${source}: ${formatPercent(mean.value)} [${(100 * mean.low).toFixed(1)}, ${
        (100 * mean.high).toFixed(1)
      }] over ${own.length} runs, n = ${mean.n} images`
    ).join("; "),
    reason: `${marginText(sources[0].chance)}; for it: the mean of each source, clustered by image; ` +
      `against it: single runs (exact binomial tests, Holm), of which ${
        single.flat().filter((p) => p < ALPHA).length
      } of ${single.flat().length} are above chance` +
      (unlearnt.length > 0
        ? `; no run memorised a set of ${unlearnt.join(", ")}, so that chance there shows nothing`
        : ""),
    ...allHold(sources.map(({ mean, chance }, i) => ({
      shown: sources[i].isLearnt ? pBelow(mean, chance + AT_CHANCE) : 1,
      refuted: Math.min(...single[i]),
    }))),
  };
}

/**
 * A network that finds a trait of one library answers alike for many of its images, and which label the trait
 * has got is the luck of the deal. So single runs are off chance by more than a binomial test allows, either
 * way, and a deal is the unit.
 */
function randomLabelsAtChance(records: readonly RunRecord[]): Evidence | ClaimOutcome {
  const bySize = seriesOfKind(records, "random labels").flatMap((
    { runs },
  ) => [...Map.groupBy(runs, sizeOf).values()]);
  const [deals] = bySize.toSorted((a, b) => b.length - a.length);
  if (!deals || deals.length < ENOUGH_DEALS) {
    return notRun(`${ENOUGH_DEALS} deals of random labels or more are needed at one size`);
  }
  const [{ result: { chance } }] = deals;
  const mean = meanAccuracy(deals.map(outcomesOf));
  const confusions = deals.map(({ result }) => result.confusion);
  const single = holm(confusions.map((confusion) => agreementTest(confusion).p));
  const over = renamingTest(confusions).p;
  const values = deals.map(({ result }) => result.accuracy.value);
  return {
    ours: `${formatPercent(mean.value)} [${(100 * mean.low).toFixed(1)}, ${
      (100 * mean.high).toFixed(1)
    }] over ${deals.length} deals with ${sizeOf(deals[0])} images a set, ${
      formatPercent(Math.min(...values))
    } to ${formatPercent(Math.max(...values))}`,
    reason:
      `${marginText(chance)}; for it: the mean over the deals, clustered by image (n = ${mean.n}), SD ` +
      `${(100 * mean.sd!).toFixed(1)}; against it: all deals' answers with their names exchanged in every ` +
      `way (exact permutation test, ${formatP(over)}). Of single deals ${
        single.filter((p) => p < ALPHA).length
      } are above chance, their true datasets permuted among the images (Holm)`,
    shown: pBelow(mean, chance + AT_CHANCE),
    refuted: over,
    gate: notLearnt(deals),
  };
}

/** Labels that were not memorised say nothing of what memorising leads to. */
function notLearnt(deals: readonly RunRecord[]): Gate | undefined {
  const least = leastTrained(deals);
  if (least.value >= MEMORISED) return undefined;
  return {
    verdict: "not shown at this scale",
    reason: `the labels were not memorised: training accuracy ${formatProportion(least)}`,
  };
}

function realGeneralise(records: readonly RunRecord[]): Evidence | ClaimOutcome {
  const pairs = seriesOfKind(records, "real").flatMap((real) => pairsOf(real, records, "pseudo"));
  if (pairs.length === 0) return notRun("real datasets and pseudo-datasets of one size are needed");
  const compared = pairs.map(([real, pseudo]) => ({
    real,
    pseudo,
    gain: contrastOfRuns([[real.outcomes], [pseudo.outcomes]], [1, -1]),
  }));
  const luck = luckOfSeeds(pairs[0].map((run) => [run]));
  const { chance } = pairs[0][0].result;
  return {
    ours: compared.map(({ real, pseudo, gain }) =>
      `${formatPercent(pseudo.result.accuracy.value)} against ${
        formatPercent(real.result.accuracy.value)
      } with ` +
      `${sizeOf(real)} images a set, a difference of ${formatDifference(gain)}`
    ).join("; "),
    reason:
      `differences at each size, clustered by image, one seed${luckInWords(luck)}; against it: an able ` +
      `network at chance on real datasets, where ${marginText(chance)}`,
    ...allHold(compared.map(({ real, gain }) => ({
      shown: pAbove(gain, luck),
      refuted: pAtChance([real], real.result.chance),
    }))),
  };
}

/** Each run of a series with the run of a kind that is as large, of the same images where there is one. */
function pairsOf(
  { source, runs }: PseudoDatasetSeries,
  records: readonly RunRecord[],
  kind: PseudoDatasetKind,
): [RunRecord, RunRecord][] {
  const others = seriesOfKind(records, kind)
    .toSorted((a, b) => Number(b.source === source) - Number(a.source === source));
  const other = others.find((series) =>
    series.runs[0].experiment.datasets.length === runs[0].experiment.datasets.length
  );
  return runs.flatMap((run): [RunRecord, RunRecord][] => {
    const beside = other?.runs.find((one) => sizeOf(one) === sizeOf(run));
    return beside ? [[run, beside]] : [];
  });
}
