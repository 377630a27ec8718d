/** Table 2, its pairs and Figure 6: combinations of datasets. */
import type { RunRecord } from "../../experiments/mod.ts";
import {
  aboveRungs,
  allHold,
  ALPHA,
  AT_CHANCE,
  type Claim,
  type ClaimOutcome,
  differenceOf,
  type Evidence,
  FAR_RULE,
  farFromChance,
  formatAccuracy,
  formatDifference,
  inPoints,
  isCombination,
  isPaperModel,
  type LadderRecord,
  leastRecall,
  luckOfPicked,
  luckOfSeeds,
  nearPrinted,
  notRun,
  onceRun,
  pAboveChance,
  pFromAble,
  repetitionsOf,
  runsAmong,
  table2,
  table2Series,
} from "../../paper/mod.ts";
import {
  contrastOfRuns,
  formatPercent,
  meanAccuracy,
  type Outcomes,
  pAbove,
  pBelow,
  rank,
} from "../../stats/mod.ts";
import {
  choicesAmong,
  type Combination,
  combinationName,
  combinationsOf,
  combinationsOfSize,
  growingSeries,
  toldApart,
} from "./records.ts";

/** Half of the paper's spread, 62.8% to 92.7%. */
const SMALL_SPREAD = (0.927 - 0.628) / 2;

/** Half of the paper's fall from 3 to 6 datasets, from 0.77 to 0.63 of the way from chance to 100%. */
const SMALL_FALL = 0.07;

/** "Quickly": this share of the final margin above chance … */
const MOST = 0.9;
/** … within this share of the epochs. */
const EARLY = 0.25;
/** Certainly less than this share of the final margin by then is not quick. */
const TOO_LITTLE = 0.75;

/** So far the network should be above the best trivial learner: the aim that the reason counts. */
const AIM = 0.1;

/** Every choice of `size` datasets has to be run. The tests get them from the hardest to the easiest. */
const onceAllRun = (size: number) =>
  onceRun(
    (records: readonly LadderRecord[]) =>
      combinationsOfSize(records, size).toSorted((a, b) => a.accuracy.value - b.accuracy.value),
    (combinations) => {
      const datasets = new Set(combinations.flatMap(({ datasets }) => datasets));
      const expected = choicesAmong(Math.max(size, datasets.size), size);
      if (combinations.length >= expected) return undefined;
      const kind = size === 2 ? "pairs" : "three-way combinations";
      return `${combinations.length} of ${expected} ${kind} were run`;
    },
  );

const [oncePairsRun, onceTriplesRun] = [onceAllRun(2), onceAllRun(3)];

const onceSeriesRun = onceRun(
  growingSeries,
  ({ length }) => length < 2 ? "no growing series of combinations was run" : undefined,
);

/** A claim about classifiers alone, which gets no trivial learners to see. */
const ofRuns = ({ test, ...claim }: Claim): Claim<LadderRecord> => ({
  ...claim,
  test: (records) => test(runsAmong(records)),
});

/** The claims of Table 2 and Figure 6, checked by notebook 01. */
export const combinationClaims: readonly Claim<LadderRecord>[] = [
  {
    id: "every-triple-above-chance",
    statement: "Every three-way combination of datasets is told apart.",
    source: "Table 2",
    paper: "62.8% to 92.7%, 16 of 20 above 80% (chance 33.3%)",
    test: onceTriplesRun(everyOneToldApart),
  },
  {
    id: "triples-differ",
    statement: "Some combinations are harder than others.",
    source: "Table 2",
    paper: "62.8% (CDL) to 92.7% (YCI)",
    test: onceTriplesRun(someAreHarder),
  },
  {
    id: "more-datasets-above-chance",
    statement: "Accuracy stays far above chance as datasets are added.",
    source: "Table 2",
    paper: "3, 4, 5, 6 datasets: 84.7%, 79.1%, 67.4%, 69.2%",
    test: onceSeriesRun(seriesFarAboveChance),
  },
  {
    id: "more-datasets-harder",
    statement: "Telling six datasets apart is harder than telling three.",
    source: "Table 2",
    paper: "84.7% with 3, 69.2% with 6",
    test: onceSeriesRun(seriesFalls),
  },
  {
    id: "converges-quickly",
    statement: "Training converges quickly.",
    source: "Appendix B, Figure 6",
    paper: "validation accuracy is near its end early in training (curve)",
    exploratory: "the curve has no printed numbers; its shares were chosen after looking at one",
    test: convergesQuickly,
  },
  ofRuns(nearPrinted({
    id: "table-2-printed",
    source: "Table 2",
    figures: [...table2.rows, ...table2Series.rows.filter(({ datasets }) => datasets > 3)].map((
      { name, percent },
    ) => ({
      name,
      percent,
      isOf: ({ experiment }) => isCombination(name, experiment.datasets) && isPaperModel(experiment),
    })),
  })),
];

/** The claims about pairs of datasets, which Table 2 lacks: the paper has three datasets and more. */
export const pairClaims: readonly Claim<LadderRecord>[] = [
  {
    id: "every-pair-above-chance",
    statement: "Every two datasets are told apart.",
    source: "pairs of Table 2's datasets, beyond the paper",
    paper: "– (chance 50%)",
    test: oncePairsRun(everyOneToldApart),
  },
  {
    id: "pairs-differ",
    statement: "Some pairs are harder than others.",
    source: "pairs of Table 2's datasets, beyond the paper",
    paper: "–",
    test: oncePairsRun(someAreHarder),
  },
];

/**
 * The claim about all combinations, whatever their size, on records of classifiers and of trivial learners.
 */
export const ladderClaims: readonly Claim<LadderRecord>[] = [
  {
    id: "above-trivial-learners",
    statement: "In every combination the network is above the best of the trivial learners.",
    source: "a control of this project's, beside Table 2",
    paper: "–",
    test: onceRun((records: readonly LadderRecord[]) => combinationsOf(records), (all) => {
      const beside = all.filter(({ learners }) => learners.length > 0).length;
      if (all.length > 0 && beside === all.length) return undefined;
      return `trivial learners were run beside ${beside} of ${all.length} combinations`;
    })(everyNetworkAbove),
  },
];

/** The claims about three vendors of emoji at a time: content is held fixed, so only the drawing can tell. */
export const emojiClaims: readonly Claim<LadderRecord>[] = [
  {
    id: "emoji-every-triple-above-chance",
    statement: "Every three vendors of emoji are told apart, although they draw the same things.",
    source: "Table 2 with its content held fixed, beyond the paper",
    paper: "– (chance 33.3%)",
    test: onceTriplesRun(everyOneToldApart),
  },
  {
    id: "emoji-triples-differ",
    statement: "Some three vendors are harder to tell apart than others.",
    source: "Table 2 with its content held fixed, beyond the paper",
    paper: "–",
    test: onceTriplesRun(someAreHarder),
  },
];

/** Every choice of so many datasets is told apart, and better than by any trivial learner. */
function everyOneToldApart(all: Combination[]): Evidence {
  const parts = all.map(toldApart);
  const apart = parts.filter(({ shown }) => shown < ALPHA).length;
  const above = all.filter(({ records, chance }) => pAboveChance(records, chance) < ALPHA).length;
  const easy = all.filter(({ accuracy }) => accuracy.value > 0.8).length;
  const [least, most] = [all[0], all[all.length - 1]];
  const recalls = all.map((combination) => ({ combination, ...leastRecall(combination.records) }));
  const missed = recalls.reduce((a, b) => b.recall.value < a.recall.value ? b : a);
  const learners = Math.min(...all.map(({ learners }) => learners.length));
  return {
    ours: `${formatPercent(least.accuracy.value)} to ${formatPercent(most.accuracy.value)}, ` +
      `${easy} of ${all.length} above 80%; the least recall is that of ${missed.dataset} in ` +
      `${combinationName(missed.combination)}, ${formatPercent(missed.recall.value)}`,
    ...allHold(parts),
    reason:
      `told apart is above chance and above each of ${learners} trivial learners: ${apart} of ${all.length} ` +
      `are (paired by image, each p < ${ALPHA} by itself), and ${above} are above chance; the least, ` +
      `${combinationName(least)}, is at ${
        formatAccuracy(least.accuracy)
      }; refuted by an able network within ${inPoints(AT_CHANCE)} of chance where ` +
      "trivial learners are at chance, too",
  };
}

/** Runs on the images of one half of all, which half an image is in being decided by its name. */
function halfOf(records: readonly RunRecord[], half: 0 | 1): Outcomes[] {
  return repetitionsOf(records).map(({ images, right }) => {
    const kept = images.map((_, i) => i).filter((i) => rank(0, images[i]) % 2 === half);
    return { images: kept.map((i) => images[i]), right: kept.map((i) => right[i]) };
  });
}

/**
 * The choices of so many datasets are not all equally hard. To show it, the easiest and the hardest are
 * picked on one half of the images and compared on the other, so that being picked for the luck of images
 * gives no advantage. Both halves have the luck of the same seeds, which {@link luckOfPicked} bounds. To
 * refute it, the widest difference on all images is certainly small, and so is every other.
 *
 * @param all from the hardest to the easiest
 */
function someAreHarder(all: Combination[]): Evidence | ClaimOutcome {
  if (all.length < 2) return notRun("one combination alone can't differ");
  const picked = all.map((combination) => ({
    combination,
    value: meanAccuracy(halfOf(combination.records, 0)).value,
  })).sort((a, b) => a.value - b.value);
  const [hardest, easiest] = [picked[0].combination, picked[picked.length - 1].combination];
  const spread = contrastOfRuns([easiest, hardest].map(({ records }) => halfOf(records, 1)), [1, -1]);
  const luck = luckOfPicked(all.map(({ records }) => records));
  const ends = [all[0], all[all.length - 1]];
  const widest = differenceOf(ends[1].records, ends[0].records);
  return {
    ours: ends.map((end) => `${formatPercent(end.accuracy.value)} (${combinationName(end)})`).join(" to "),
    shown: pAbove(spread, luck),
    refuted: pFromAble(all.flatMap(({ records }) => records), pBelow(widest, SMALL_SPREAD)),
    reason:
      `picked on one half of the images, ${combinationName(easiest)} is ${formatDifference(spread)} above ` +
      `${combinationName(hardest)} on the other half (paired by image); shown by more than ${
        inPoints(luck)
      }, what ` +
      `the luck of seeds may make among ${all.length}; refuted by able networks of which no two differ by ${
        inPoints(SMALL_SPREAD)
      }, half ` +
      "of the paper's spread",
  };
}

function seriesFarAboveChance(series: Combination[]): Evidence {
  const counts = series.map(({ datasets }) => datasets.length).join(", ");
  const parts = series.map(({ records, chance }) => farFromChance(records, chance));
  return {
    ours: `${counts} datasets: ${series.map(({ accuracy }) => formatPercent(accuracy.value)).join(", ")}`,
    ...allHold(parts),
    reason: `at ${parts.map(({ share }) => share.toFixed(2)).join(", ")} of the way; ${FAR_RULE}`,
  };
}

/** The share of the way from chance to 100% falls: chance itself falls with more datasets. */
function seriesFalls(series: Combination[]): Evidence {
  const ends = [series[0], series[series.length - 1]];
  const [first, last] = ends.map(({ chance }) => ({
    weight: 1 / (1 - chance),
    atChance: chance / (1 - chance),
  }));
  const fall = contrastOfRuns(ends.map(({ records }) => repetitionsOf(records)), [
    first.weight,
    -last.weight,
  ]);
  const chances = first.atChance - last.atChance;
  const luck = luckOfSeeds(ends.map(({ records }) => records), [first.weight, -last.weight]);
  const share = ({ accuracy, chance }: Combination) => ((accuracy.value - chance) / (1 - chance)).toFixed(2);
  const sized = (end: Combination) => `${formatPercent(end.accuracy.value)} with ${end.datasets.length}`;
  const interval = [fall.value, fall.low, fall.high].map((value) => (value - chances).toFixed(2));
  return {
    ours: ends.map(sized).join(", "),
    shown: pAbove(fall, chances + luck),
    refuted: pFromAble(ends.flatMap(({ records }) => records), pBelow(fall, chances + SMALL_FALL)),
    reason:
      `of the way from chance to 100%, ${share(ends[0])} with ${ends[0].datasets.length} datasets and ` +
      `${share(ends[1])} with ${ends[1].datasets.length}: a fall of ${interval[0]} [${interval[1]}, ${
        interval[2]
      }] ` +
      `(paired by image); shown by more than ${
        luck.toFixed(2)
      }, what the luck of seeds may make; refuted by able networks and ` +
      `less than ${SMALL_FALL}, half of the paper's`,
  };
}

/**
 * How many images runs show, and how many of equal weight would have the same variance, if all runs agreed on
 * an image (Kish 1965): one that most runs show weighs more.
 */
function effectiveImages(runs: readonly RunRecord[]): { images: number; effective: number } {
  const weights = new Map<string, number>();
  for (const { outcomes: { images } } of runs) {
    for (const image of images) weights.set(image, (weights.get(image) ?? 0) + 1 / images.length);
  }
  const squares = [...weights.values()].reduce((sum, weight) => sum + weight ** 2, 0);
  return { images: weights.size, effective: runs.length ** 2 / squares };
}

/**
 * Takes the three-way runs together, an image counting once. Both ends of a curve are on the same images,
 * whose agreement is not known: taking them for others is cautious. A network that was not able had not
 * converged when its training ended: that it was not quick says nothing.
 */
function convergesQuickly(records: readonly LadderRecord[]): Evidence | ClaimOutcome {
  const runs = runsAmong(records).filter(({ experiment, epochs }) =>
    experiment.datasets.length === 3 && epochs.length >= 1 / EARLY
  );
  if (runs.length === 0) return notRun(`no three-way run of ${1 / EARLY} epochs or more`);
  const { images, effective } = effectiveImages(runs);
  const mean = (at: (epochs: RunRecord["epochs"]) => number) =>
    runs.reduce((sum, { epochs }) => sum + epochs[at(epochs)].validation.value, 0) / runs.length;
  const early = mean(({ length }) => Math.ceil(length * EARLY) - 1);
  const final = mean(({ length }) => length - 1);
  const variance = (share: number) => share * (1 - share) / effective;
  const excess = (share: number) => ({
    value: early - 1 / 3 - share * (final - 1 / 3),
    deviation: Math.sqrt(variance(early) + share ** 2 * variance(final)),
    degrees: Infinity,
  });
  if (final - 2 * Math.sqrt(variance(final)) <= 1 / 3) return notRun("the runs end at chance");
  return {
    ours: `${formatPercent(early)} after a quarter of the epochs, ${formatPercent(final)} at the end`,
    shown: pAbove(excess(MOST)),
    refuted: pFromAble(runs, pBelow(excess(TOO_LITTLE))),
    reason: `over ${runs.length} three-way runs on ${
      images.toLocaleString("en")
    } images; shown by more than ${
      100 * MOST
    }% of the final margin above chance after a quarter of the epochs, refuted by less than ${
      100 * TOO_LITTLE
    }% in networks that were able`,
  };
}

function everyNetworkAbove(all: readonly Combination[]): Evidence {
  const parts = all.map(({ learners }) => aboveRungs(learners));
  const least = all.map((combination) => ({
    combination,
    rung: combination.learners.reduce((a, b) => b.margin.value < a.margin.value ? b : a),
  })).toSorted((a, b) => a.rung.margin.value - b.rung.margin.value);
  const [hardest, easiest] = [least[0], least[least.length - 1]];
  const far = least.filter(({ rung }) => rung.margin.value >= AIM).length;
  const above = parts.filter(({ shown }) => shown < ALPHA).length;
  return {
    ours: `${inPoints(hardest.rung.margin.value)} to ${inPoints(easiest.rung.margin.value)} above it, ` +
      `${far} of ${all.length} by ${inPoints(AIM)} or more`,
    reason: `paired by image, against each learner (intersection-union, margin 0): ${above} of ` +
      `${all.length} combinations are above all of them, each at p < ${ALPHA}; the least, ` +
      `${combinationName(hardest.combination)}, is ${formatDifference(hardest.rung.margin)} above ` +
      `${hardest.rung.learner}`,
    ...allHold(parts),
  };
}
