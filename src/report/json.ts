/** An audit as JSON, with a published schema. */
import { z } from "zod";
import { type AuditRecord, conclusionInWords, headlineInWords } from "../experiments/mod.ts";

const share = z.number().min(0).max(1);
const interval = z.strictObject({ value: share, low: share, high: share });

const testSchema = z.strictObject({
  evidence: z.string().describe("Name of the kind of evidence."),
  area: interval.describe(
    "Area under the ROC curve of held-out scores: the share of pairs of images, one of each, named rightly.",
  ),
  accuracy: interval.describe(
    "Mean of the shares of each dataset's images that are named rightly; chance is 0.5.",
  ),
  p: share.describe("Of the exact permutation test of the area, which decides."),
  adjusted: share.describe("The same, corrected for all tests of the audit; at most 0.05: told apart."),
  visible: share.describe("The area that would have been found in 8 of 10 audits of as many images."),
  heldOut: z.strictObject({ pairs: z.int(), right: z.int(), p: share }).describe(
    "Pairs of images of a held-out half, one of each dataset, each image in one; p is the exact binomial test's.",
  ),
});

const pairSchema = z.strictObject({
  datasets: z.tuple([z.int(), z.int()]).describe("Places in the list of datasets, from 0."),
  verdict: z.enum(["told apart", "not told apart", "too few to tell"]),
  headline: z.string().describe("The verdict by the first kind of evidence, in words."),
  conclusion: z.string().describe("What gives them away, in words."),
  tests: z.array(testSchema),
  without: z.array(z.string()).describe("Kinds of evidence that need files, where there are none."),
  twins: z.strictObject({
    count: z.int().describe("Pairs of images in both: equal or alike."),
    first: z.array(z.strictObject({ names: z.tuple([z.string(), z.string()]), equal: z.boolean() })),
  }),
});

const auditReport = z.strictObject({
  version: z.literal(1).describe("Raised when a field changes its meaning."),
  hash: z.string().describe("Identity of the audit; its record is runs/<hash>/."),
  experiment: z.record(z.string(), z.unknown()).describe("Everything that decides the outcome."),
  seconds: z.number(),
  code: z.string().optional(),
  datasets: z.array(z.strictObject({
    name: z.string(),
    title: z.string(),
    origin: z.string(),
    total: z.int().describe("Images that it has."),
    images: z.int().describe("Images that were looked at."),
    groups: z.int().describe("Groups of them: near-duplicates and sequences count once."),
    unread: z.strictObject({
      count: z.int(),
      first: z.array(z.strictObject({ name: z.string(), reason: z.string() })),
    }),
  })),
  pairs: z.array(pairSchema),
  strayRows: z.strictObject({ count: z.int(), first: z.array(z.string()) }).optional().describe(
    "Rows of the CSV file of groups that name no image; absent where all do.",
  ),
  sameEncoding: z.array(pairSchema).optional().describe(
    "The pairs after images were brought to one encoding.",
  ),
});

/** The JSON schema of an audit's report, as text; kept beside this file. */
export function reportJsonSchema(): string {
  return JSON.stringify(z.toJSONSchema(auditReport), null, 2) + "\n";
}

/** An audit as an object of that schema. */
export function reportOf(record: AuditRecord, again?: AuditRecord): z.infer<typeof auditReport> {
  const { hash, experiment, result: { seconds, code, datasets, strayRows } } = record;
  return auditReport.parse({
    version: 1,
    hash,
    experiment,
    seconds,
    code,
    datasets,
    pairs: pairsOf(record),
    ...(strayRows && { strayRows }),
    ...(again && { sameEncoding: pairsOf(again) }),
  });
}

function pairsOf({ result }: AuditRecord) {
  return result.pairs.map(({ scores: _, lookedAt: __, ...pair }) => ({
    ...pair,
    headline: headlineInWords({ ...pair, scores: [] }, result),
    conclusion: conclusionInWords({ ...pair, scores: [] }),
  }));
}
