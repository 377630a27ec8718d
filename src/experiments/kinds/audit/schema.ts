/** An audit: can datasets be told apart, and by what? Everything but the datasets has a default. */
import { realpathSync } from "node:fs";
import { z } from "zod";
import { expectedImages, readManifest } from "../../../data/mod.ts";
import { type EvidenceName, evidenceNames } from "../../../evidence/mod.ts";
import type { Share } from "../../../stats/mod.ts";
import { positiveInteger } from "../../../train/mod.ts";
import { asExperimentFault, ExperimentError } from "../../check.ts";
import { type Preset, presetFromEnvironment } from "../../environment.ts";
import type { Description } from "../../kind.ts";
import type { FinishedRecord, FinishedResult } from "../../record/folder.ts";
import { sha256OfFile } from "../../record/identity.ts";

/** Significance level of all tests of an audit together. */
const ALPHA = 0.05;

/** Groups of images that a dataset must show, or nothing is said of it. */
export const LEAST_GROUPS = 20;

const groupsSchema = z.union([
  /** A regular expression; what its first group (or all of it) finds in an image's name names a group. */
  z.strictObject({ pattern: z.string().min(1) }),
  /** A file with the columns `file` and `group`. Its content enters the identity, not its path. */
  z.strictObject({ csv: z.string().min(1) }),
]);

const auditSchema = z.strictObject({
  kind: z.literal("audit"),
  /** Two or more. The same one twice is allowed, and is not told apart from itself. */
  datasets: z.array(z.string()).min(2, "an audit compares two datasets or more"),
  /** Kinds of evidence, each tested by itself. The first is the headline: its verdict comes first. */
  evidence: z.array(z.enum(evidenceNames as [EvidenceName, ...EvidenceName[]])).min(1),
  /** Images of each dataset at most, by rank of a hash of their names. */
  imagesPerDataset: positiveInteger,
  /** Parts that groups of images are dealt to; each is judged by what the others have taught. */
  folds: z.int().min(2).max(20),
  /** Deals of the labels that the true one is compared with. */
  permutations: z.int().min(19),
  seed: z.int().min(0),
  /** Images that belong together, as those of one sequence. Near-duplicates always do. Default: none. */
  groups: groupsSchema.optional(),
  /**
   * Every image is brought to this first: a square of `side` px, as a JPEG file of `quality`. What then still
   * tells datasets apart is in their pictures. Default: images are as they are.
   */
  sameEncoding: z.strictObject({
    side: z.int().min(16).max(1024),
    quality: z.int().min(1).max(100),
  }).optional(),
});

/** Everything that determines the outcome of an audit, as a plain serialisable object. */
export type Audit = z.infer<typeof auditSchema>;

/** The test of one pair of datasets by one kind of evidence. */
export interface AuditTest {
  evidence: EvidenceName;
  /**
   * Area under the ROC curve of held-out scores, in [0, 1]: the share of pairs of images, one of each
   * dataset, in which the right one is named.
   */
  area: Share;
  /** Mean of both datasets' shares of images that are named rightly; chance is 0.5. */
  accuracy: Share;
  /** Of the permutation test of the area: exact, and what decides. */
  p: number;
  /** The same, corrected for all tests of the audit; at most 0.05: they are told apart. */
  adjusted: number;
  /** The area that would have been found in 8 of 10 audits with as many images, if nothing else had been. */
  visible: number;
  /** Pairs of images of a held-out half, each image in one pair; `p` is that of the exact binomial test. */
  heldOut: { pairs: number; right: number; p: number };
}

/** Whether a test tells its datasets apart. */
export const isFound = ({ adjusted }: Pick<AuditTest, "adjusted">) => adjusted <= ALPHA;

/** Two images that are the same, or look it: names within the first and the second dataset of a pair. */
export interface Twin {
  names: [string, string];
  /** Whether their bytes are equal. */
  equal: boolean;
}

/** What the headline's classifier looks at on an image. */
interface LookedAt {
  /** The place of its dataset among all, and its name there. */
  dataset: number;
  name: string;
  /**
   * In 8 x 8 cells of its centred square, row by row: how far the score falls, of the dataset that the image
   * is taken for, where the place is covered. Scores of what is typical of the two differ by 1.
   */
  falls: number[];
}

/** What an audit says of two datasets. */
export interface AuditPair {
  /** Their places in `experiment.datasets`. */
  datasets: [number, number];
  verdict: "told apart" | "not told apart" | "too few to tell";
  /** In the order of `experiment.evidence`; none where there are too few images. */
  tests: AuditTest[];
  /** Kinds of evidence that could not be had, since the images come from no files of their own. */
  without: EvidenceName[];
  /** Images that are in both: how many pairs, and the first of them. */
  twins: { count: number; first: Twin[] };
  /**
   * The headline's held-out score of each image: 0.5 is typical of the first, -0.5 of the second; in the
   * order of `result.images` of these two.
   */
  scores: number[];
  /**
   * Of some of the most typical and the most confused images. Absent where the headline does not tell the
   * datasets apart or sees no picture, and in records of before.
   */
  lookedAt?: LookedAt[];
}

/** A dataset as an audit found it. */
interface AuditedDataset {
  name: string;
  /** Its title, or the folder's name. */
  title: string;
  /** Where it is from: a path, or `name@version` of a package. */
  origin: string;
  /** Images that it has. */
  total: number;
  /** Images that were looked at, and groups of them. */
  images: number;
  groups: number;
  /** Images that were chosen and could not be read: how many, and the first. */
  unread: { count: number; first: { name: string; reason: string }[] };
}

/** `result.json` of an audit. */
export interface AuditResult extends FinishedResult {
  datasets: AuditedDataset[];
  pairs: AuditPair[];
  /** Rows of the CSV file of groups that name no image: how many, and the first. Absent where all do. */
  strayRows?: { count: number; first: string[] };
  /** What was looked at: the place of its dataset, its name there, its place on a map of the headline. */
  images: { dataset: number; name: string; at: [number, number] }[];
}

/** Everything that a finished audit leaves behind. */
export type AuditRecord = FinishedRecord<Audit, never, AuditResult>;

/**
 * The level at which a test is significant whatever the others say: Holm's first, of its half of
 * {@link ALPHA}.
 */
export function strictestLevel(
  { datasets, evidence }: Pick<Audit, "datasets" | "evidence">,
  name: EvidenceName,
): number {
  const pairs = datasets.length * (datasets.length - 1) / 2;
  const others = evidence.length - 1;
  if (others === 0) return ALPHA / pairs;
  return ALPHA / 2 / pairs / (name === evidence[0] ? 1 : others);
}

/** Permutations with which a test can be significant among so many. */
function leastPermutations(audit: Pick<Audit, "datasets" | "evidence">): number {
  return Math.ceil(1 / Math.min(...audit.evidence.map((name) => strictestLevel(audit, name)))) - 1;
}

/** Audits, as they are checked and hashed. */
export const auditDescription: Description<Audit> = {
  kind: "audit",
  schema: auditSchema,
  version: 2,
  namesClasses: false,
  label: ({ datasets }) => `${datasets.join(" + ")} (audit)`,
  datasets: ({ datasets }) => datasets,

  check(audit) {
    const { evidence, permutations, groups } = audit;
    const twice = evidence.find((name, i) => evidence.indexOf(name) !== i);
    if (twice) throw new ExperimentError(`evidence: "${twice}" is named twice.`);
    const least = leastPermutations(audit);
    if (permutations < least) {
      throw new ExperimentError(
        `permutations is ${permutations}: among so many tests none could be significant. Give ${least} or more, ` +
          "or fewer datasets or kinds of evidence.",
      );
    }
    if (groups && "pattern" in groups) asExperimentFault(() => new RegExp(groups.pattern, "u"), "groups");
  },

  checkImages({ datasets }) {
    for (const name of datasets) expectedImages(name);
    const folders = datasets.map(folderOf);
    folders.forEach((a, i) =>
      folders.forEach((b, j) => {
        if (i === j || a === undefined || b === undefined || !b.startsWith(`${a}/`)) return;
        throw new ExperimentError(
          `datasets: ${b} lies in ${a}, so that its images are in both. Name folders beside each other.`,
        );
      })
    );
  },

  identity: ({ groups, sameEncoding, ...audit }) => ({
    ...audit,
    ...(groups && { groups: "csv" in groups ? { csv: sha256OfFile(groups.csv) } : groups }),
    ...(sameEncoding && { sameEncoding }),
  }),
};

/** The folder that a dataset is, if it is one. */
function folderOf(name: string): string | undefined {
  if (/[+@#]/.test(name)) return undefined;
  const { source } = readManifest(name);
  return source.type === "folder" ? realpathSync(source.path) : undefined;
}

/** Permutations with which a p-value near 0.05 is known to about 0.007, of one standard error. */
const PERMUTATIONS = 999;

/** Images of each dataset at most, at each preset. */
const IMAGES: Record<Preset, number> = { smoke: 60, laptop: 2000, paper: 10_000 };

/**
 * An audit of two datasets or more at a preset's scale, with whatever fields are given changed: all kinds of
 * evidence with all pixels as the headline, and as many permutations as that many tests need.
 */
export function audit(
  { preset = presetFromEnvironment(), datasets, ...fields }:
    & { preset?: Preset }
    & Partial<Omit<Audit, "kind">>
    & Pick<Audit, "datasets">,
): Audit {
  const evidence = fields.evidence ?? evidenceNames.toReversed();
  return {
    kind: "audit",
    datasets,
    evidence,
    imagesPerDataset: IMAGES[preset],
    folds: 5,
    permutations: Math.max(PERMUTATIONS, leastPermutations({ datasets, evidence })),
    seed: 0,
    ...fields,
  };
}
