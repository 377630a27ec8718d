/** Table 6: pseudo-datasets, which can only be memorised. */
import type { RunRecord } from "../../experiments/mod.ts";
import {
  aboveChance,
  ALPHA,
  type Claim,
  type ClaimOutcome,
  formatP,
  isAtChance,
  NEGLIGIBLE,
  notRun,
  table6,
  verdictOf,
} from "../../paper/mod.ts";
import {
  binomialTest,
  formatPercent,
  formatProportion,
  holm,
  type Proportion,
  twoProportionTest,
  wilson,
} from "../../stats/mod.ts";
import { runsOfKind } from "./records.ts";

/** Training accuracy whose whole interval is above this counts as memorised, the paper's 100%. */
const MEMORISED = 0.95;

/** Training "fails to converge" where its accuracy's whole interval is nearer to chance than to 100%. */
const failsBelow = (chance: number): number => (1 + chance) / 2;

/** A network that has seen every image this often and has not memorised them is one that does not. */
const ENOUGH_PASSES = 100;

/** The smallest set of which the paper says that training fails, with augmentation. */
const PAPER_FAILS = Math.min(
  ...table6.rows.filter((row) => row.withAugmentation === null).map((row) => row.imagesPerSet),
);

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
    statement: "On larger pseudo-datasets training fails to converge.",
    source: table6.source,
    paper: "fails with 10K images a set with augmentation, with 100K without",
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
    test: (records) =>
      meanAtChance([...runsOfKind(records, "pseudo"), ...runsOfKind(records, "pseudo, augmented")]),
  },
  {
    id: "random-labels-at-chance",
    statement: "So are the images of real datasets whose labels were dealt out at random.",
    source: "Zhang et al. 2017, beside Table 6",
    paper: "not in the paper; expected from Table 6: chance",
    test: (records) => meanAtChance(runsOfKind(records, "random labels")),
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
const accuracyOf = ({ result }: RunRecord) => result.accuracy;
const trainingOf = ({ result }: RunRecord) => result.training;

/** How often a run has seen each of its images. */
function passesOf({ experiment: { recipe, datasets, imagesPerDataset } }: RunRecord): number {
  return recipe.epochs * recipe.samplesPerEpoch / (datasets.length * imagesPerDataset);
}

function smallestMemorised(records: readonly RunRecord[]): ClaimOutcome {
  const smallest = (["pseudo", "pseudo, augmented"] as const).map((kind) => runsOfKind(records, kind)[0]);
  if (smallest.some((record) => !record)) {
    return notRun("pseudo-datasets with and without augmentation are needed");
  }
  const trained = smallest.map(trainingOf);
  return {
    ours: `${formatPercent(trained[0].value)} without, ${
      formatPercent(trained[1].value)
    } with augmentation (${sizeOf(smallest[0])} images a set)`,
    verdict: verdictOf(
      trained.every(({ low }) => low >= MEMORISED),
      smallest.some((record) => trainingOf(record).high < MEMORISED && passesOf(record) >= ENOUGH_PASSES),
    ),
    reason:
      `memorised is a training accuracy with its whole 95% interval above ${
        formatPercent(MEMORISED)
      }; without ` +
      `${formatProportion(trained[0])}, with ${formatProportion(trained[1])}; every image was seen ` +
      `${Math.floor(Math.min(...smallest.map(passesOf)))} times`,
  };
}

/** If the same training memorises the smallest set, it is the size that makes it fail. */
function largestFails(records: readonly RunRecord[]): ClaimOutcome {
  const runs = runsOfKind(records, "pseudo, augmented");
  if (runs.length < 2) return notRun("pseudo-datasets of two sizes with augmentation are needed");
  const [smallest, largest] = [runs[0], runs[runs.length - 1]];
  const isMemorised = trainingOf(smallest).low >= MEMORISED;
  const { training, chance } = largest.result;
  const limit = failsBelow(chance);
  const isPaperSize = sizeOf(largest) >= PAPER_FAILS;
  return {
    ours: `training accuracy ${formatPercent(training.value)} with ${
      sizeOf(largest)
    } images a set and augmentation`,
    verdict: verdictOf(isMemorised && training.high < limit, isPaperSize && training.low >= MEMORISED),
    reason:
      `training fails where the whole interval is below ${
        formatPercent(limit)
      }, halfway from chance to 100%, and the same ` +
      `training memorises the smallest set: ${formatProportion(training)}; ${
        sizeOf(smallest)
      } images a set: ` +
      formatProportion(trainingOf(smallest)) +
      (isPaperSize ? "" : `; the paper's fails from ${PAPER_FAILS} images a set`),
  };
}

function augmentationHinders(records: readonly RunRecord[]): ClaimOutcome {
  const pairs = pairsOf(runsOfKind(records, "pseudo"), runsOfKind(records, "pseudo, augmented"));
  if (pairs.length === 0) {
    return notRun("pseudo-datasets of one size with and without augmentation are needed");
  }
  const tested = (side: "greater" | "less") =>
    holm(
      pairs.map(([plain, augmented]) => twoProportionTest(trainingOf(plain), trainingOf(augmented), side).p),
    );
  const [hinders, helps] = [Math.min(...tested("greater")), Math.min(...tested("less"))];
  return {
    ours: pairs.map(([plain, augmented]) =>
      `${sizeOf(plain)}: ${formatPercent(trainingOf(plain).value)} without, ${
        formatPercent(trainingOf(augmented).value)
      } with`
    ).join("; "),
    verdict: verdictOf(hinders < ALPHA && helps >= ALPHA, helps < ALPHA && hinders >= ALPHA),
    reason: `two-proportion tests of the training accuracies at each size, Holm: the clearest has ${
      formatP(hinders)
    }${helps < ALPHA ? `, and ${formatP(helps)} the other way` : ""}`,
  };
}

/**
 * The runs share their validation images, so that taken together they are worth no more than one of them: the
 * mean accuracy has the interval of a single run.
 */
function meanAtChance(runs: readonly RunRecord[]): ClaimOutcome {
  if (runs.length === 0) return notRun("none was run");
  const [{ result: { chance } }] = runs;
  const mean = meanOf(runs.map(accuracyOf));
  const { above } = aboveChance(runs.map(({ result }) => result));
  return {
    ours: `${formatProportion(mean)} on average, ${above} of ${runs.length} above chance`,
    verdict: verdictOf(above === 0 && isAtChance({ accuracy: mean, chance }), above > 0),
    reason:
      `exact binomial tests, Holm, p < ${ALPHA}: ${above} of ${runs.length} above ${
        formatPercent(chance)
      }; the mean's ` +
      `interval ends at ${formatPercent(mean.high)}, at most ${
        formatPercent(chance + NEGLIGIBLE)
      } counts as chance`,
  };
}

function meanOf(accuracies: readonly Proportion[]): Proportion {
  const n = Math.min(...accuracies.map((accuracy) => accuracy.n));
  const share = accuracies.reduce((sum, { value }) => sum + value, 0) / accuracies.length;
  return wilson(Math.round(share * n), n);
}

function realGeneralise(records: readonly RunRecord[]): ClaimOutcome {
  const pairs = pairsOf(runsOfKind(records, "real"), runsOfKind(records, "pseudo"));
  if (pairs.length === 0) return notRun("real datasets and pseudo-datasets of one size are needed");
  const adjusted = holm(
    pairs.map(([real, pseudo]) => twoProportionTest(accuracyOf(real), accuracyOf(pseudo), "greater").p),
  );
  const higher = adjusted.filter((p) => p < ALPHA).length;
  const [real, pseudo] = pairs[pairs.length - 1];
  const { accuracy, chance } = real.result;
  return {
    ours: `${formatPercent(pseudo.result.accuracy.value)} against ${formatPercent(accuracy.value)} with ${
      sizeOf(real)
    } images a set`,
    verdict: verdictOf(higher === pairs.length, isAtChance(real.result)),
    reason:
      `${higher} of ${pairs.length} sizes have the real datasets higher (two-proportion tests, Holm, p < ${ALPHA}); ` +
      `real: ${formatProportion(accuracy)}, ${formatP(binomialTest(accuracy, chance).p)} against chance`,
  };
}

/** Runs of one size and as many datasets, one of each list. */
function pairsOf(some: readonly RunRecord[], others: readonly RunRecord[]): [RunRecord, RunRecord][] {
  return some.flatMap((a): [RunRecord, RunRecord][] => {
    const b = others.find((b) =>
      sizeOf(a) === sizeOf(b) && a.experiment.datasets.length === b.experiment.datasets.length
    );
    return b ? [[a, b]] : [];
  });
}
