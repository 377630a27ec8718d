/** An audit as paragraphs and tables: what the command prints and the page shows. */
import { printable } from "../data/mod.ts";
import { evidenceOf } from "../evidence/mod.ts";
import {
  type AuditPair,
  type AuditRecord,
  conclusionInWords,
  headlineInWords,
  isFound,
  pText,
} from "../experiments/mod.ts";
import { formatPercent } from "../stats/mod.ts";

/** A table of texts. */
interface TextTable {
  header: string[];
  rows: string[][];
}

/** A part of an account, in the order in which it is read. */
interface TextSection {
  heading: string;
  texts: string[];
  table?: TextTable;
}

type Result = AuditRecord["result"];

/** "photos and scans": the titles of a pair. */
export function pairTitle({ datasets: [a, b] }: Pick<AuditPair, "datasets">, { datasets }: Result): string {
  return printable(`${datasets[a].title} and ${datasets[b].title}`);
}

/**
 * All sections of an audit's account.
 *
 * @param again the same audit after images were brought to one encoding
 */
export function auditText({ result, experiment }: AuditRecord, again?: AuditRecord): TextSection[] {
  const verdicts = result.pairs.flatMap((pair) => [
    headlineInWords(pair, result),
    conclusionInWords(pair),
  ]);
  return [
    { heading: "Verdict", texts: verdicts },
    ...(result.pairs.length > 1 ? [matrixSection(result)] : []),
    ...result.pairs.filter(({ tests }) => tests.length > 0).map((pair) => evidenceSection(pair, result)),
    ...(again ? [againSection(result, again)] : []),
    ...twinsSection(result),
    { heading: "What to do", texts: advice(result, again) },
    imagesSection(result, experiment),
    { heading: "How", texts: [methodText(experiment)] },
  ];
}

/** The headline's area of each pair. */
function matrixSection({ datasets, pairs }: Result): TextSection {
  const cell = (a: number, b: number) => {
    if (a === b) return "";
    const pair = pairs.find(({ datasets }) => datasets.includes(a) && datasets.includes(b))!;
    const [test] = pair.tests;
    return test ? `${formatPercent(test.area.value)}${isFound(test) ? " *" : ""}` : "too few";
  };
  const titles = datasets.map(({ title }) => printable(title));
  return {
    heading: "Pairs named rightly by the headline, for every two",
    texts: ["*: told apart at 5%, corrected for all pairs. 50% is chance."],
    table: {
      header: ["", ...titles],
      rows: titles.map((title, a) => [title, ...titles.map((_, b) => cell(a, b))]),
    },
  };
}

function evidenceSection(pair: AuditPair, result: Result): TextSection {
  const without = pair.without.map((name) => evidenceOf(name).title);
  return {
    heading: `What tells ${pairTitle(pair, result)} apart`,
    texts: [
      "Pairs: the share of pairs of held-out images, one of each, that are named rightly (the area under the ROC curve) " +
      "with its 95% interval. p: of the permutation test; corrected for all tests of this audit. Held out: pairs of the " +
      "held-out half named rightly, and the exact binomial p. Visible: what would have been found in 8 of 10 such audits.",
      ...(without.length > 0
        ? [`Not looked at, since images come from no files: ${without.join(", ")}.`]
        : []),
    ],
    table: {
      header: [
        "evidence",
        "about",
        "pairs",
        "95%",
        "accuracy",
        "p",
        "corrected",
        "held out",
        "visible",
        "verdict",
      ],
      rows: pair.tests.map((test) => {
        const { title, about } = evidenceOf(test.evidence);
        const { area, accuracy, p, adjusted, heldOut, visible } = test;
        return [
          title,
          about,
          formatPercent(area.value),
          `${(100 * area.low).toFixed(1)} to ${(100 * area.high).toFixed(1)}`,
          formatPercent(accuracy.value),
          pText(p),
          pText(adjusted),
          `${heldOut.right} of ${heldOut.pairs}, ${pText(heldOut.p)}`,
          formatPercent(visible),
          isFound(test) ? "told apart" : "",
        ];
      }),
    },
  };
}

function againSection({ pairs, datasets }: Result, { result: after, experiment }: AuditRecord): TextSection {
  const { side, quality } = experiment.sameEncoding!;
  const rows = pairs.flatMap((pair, i) =>
    pair.tests.flatMap((test) => {
      const other = after.pairs[i].tests.find(({ evidence }) => evidence === test.evidence);
      if (!other) return [];
      const names = pair.datasets.map((d) => printable(datasets[d].title)).join(", ");
      return [[
        ...(pairs.length > 1 ? [names] : []),
        evidenceOf(test.evidence).title,
        formatPercent(test.area.value),
        formatPercent(other.area.value),
        isFound(other) ? "still told apart" : isFound(test) ? "no longer" : "",
      ]];
    })
  );
  return {
    heading: `After all images were made squares of ${side} px in JPEG of quality ${quality}`,
    texts: after.pairs.map((pair) =>
      `${pairs.length > 1 ? `${pairTitle(pair, after)}: ` : ""}${conclusionInWords(pair)}`
    ),
    table: {
      header: [...(pairs.length > 1 ? ["datasets"] : []), "evidence", "pairs before", "after", "verdict"],
      rows,
    },
  };
}

/** Images in both that are listed. */
const LISTED = 10;

function twinsSection(result: Result): TextSection[] {
  return result.pairs.filter(({ twins }) => twins.count > 0).map((pair) => ({
    heading: `Images in both ${pairTitle(pair, result)}`,
    texts: [
      pair.twins.count === 1
        ? "1 pair is equal or looks the same. It stays together in every split."
        : `${pair.twins.count} pairs are equal or look the same. They stay together in every split.`,
      ...pair.twins.first.slice(0, LISTED).map(({ names, equal }) =>
        printable(`${names[0]} and ${names[1]}${equal ? ", the same file" : ""}`)
      ),
      ...(pair.twins.count > LISTED ? [`and ${pair.twins.count - LISTED} more`] : []),
    ],
  }));
}

/** What would take away what gives datasets apart; once images were written alike, what is left of it. */
function advice({ pairs, datasets }: Result, again?: AuditRecord): string[] {
  const foundIn = (some: readonly AuditPair[]) => some.flatMap(({ tests }) => tests.filter(isFound));
  const [before, found] = [foundIn(pairs), foundIn(again?.result.pairs ?? pairs)];
  const isAbout = (...kinds: string[]) =>
    found.some(({ evidence }) => kinds.includes(evidenceOf(evidence).about));
  const advices: [when: boolean, text: string][] = [
    [
      !again && isAbout("file", "compression"),
      "Files or compression give images away. Write all of them anew at one size, in one encoding, without " +
      "metadata; --same-encoding audits again as if that were done.",
    ],
    [
      found.length < before.length,
      `Write all images anew as they were in the second audit: of ${before.length} tests that told them apart ` +
      `${found.length} then do.`,
    ],
    [
      isAbout("colour"),
      "Colours differ. Look at white balance, exposure and backgrounds; train with color jitter if colours are " +
      "not the point.",
    ],
    [
      isAbout("shape", "content", "texture"),
      "Pictures differ in what they show or how. Look at the most typical images of each: what has one that " +
      "the other lacks?",
    ],
    [
      pairs.some(({ twins }) => twins.count > 0),
      "Images are in both. If one is to test what the other trains, take them out of one; --csv lists them.",
    ],
    [
      datasets.some(({ unread }) => unread.count > 0),
      "Some images could not be read; --csv lists them.",
    ],
    [pairs.some(({ verdict }) => verdict === "too few to tell"), "Name more images."],
  ];
  const texts = advices.flatMap(([when, text]) => when ? [text] : []);
  return texts.length > 0 ? texts : ["Nothing."];
}

function imagesSection(
  { datasets, strayRows }: Result,
  { groups }: AuditRecord["experiment"],
): TextSection {
  const unread = datasets.flatMap(({ title, unread }) =>
    unread.first.slice(0, LISTED).map(({ name, reason }) =>
      printable(`Not read in ${title}: ${name}: ${reason}`)
    )
  );
  const strays = strayRows && groups && "csv" in groups ? [strayText(strayRows, printable(groups.csv))] : [];
  return {
    heading: "Images",
    texts: [...strays, ...unread],
    table: {
      header: ["folder", "images", "looked at", "groups", "not read", "from"],
      rows: datasets.map(({ title, total, images, groups, unread, origin }) => [
        printable(title),
        `${total}`,
        images + unread.count < total ? `${images}, a sample by hash of the name` : `${images}`,
        `${groups}`,
        `${unread.count}`,
        printable(origin),
      ]),
    },
  };
}

function strayText({ count, first }: NonNullable<Result["strayRows"]>, path: string): string {
  const rows = count === 1 ? "1 file is in no folder" : `${count} files are in no folder`;
  const more = count > first.length ? `, and ${count - first.length} more` : "";
  return `Warning: of those that ${path} puts into groups, ${rows}: ${
    first.map(printable).join(", ")
  }${more}. ` +
    "Names are within a folder, or whole paths.";
}

function methodText({ folds, permutations, seed, imagesPerDataset }: AuditRecord["experiment"]): string {
  return "A classifier two-sample test (Lopez-Paz & Oquab 2017): a ridge classifier is fitted to " +
    `${
      folds - 1
    } of ${folds} parts and asked about the other. Groups of images (near-duplicates, sequences) are in one ` +
    "part. What decides is the exact permutation test of the area under the ROC curve: in " +
    `${permutations} deals whole groups exchange their labels. Half of the 5% is for the headline, half for all other ` +
    `kinds of evidence (Holm). At most ${imagesPerDataset} images of each, seed ${seed}.`;
}
