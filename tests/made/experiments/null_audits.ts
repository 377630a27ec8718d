/**
 * Audits where there is nothing to find: random halves of random images of one dataset, tested again and
 * again as `deno task audit` tests two folders. Prints how often each kind of evidence finds something at 5%.
 *
 *     deno run -A tests/made/experiments/null_audits.ts DATASET [AUDITS] [IMAGES] [KIND,KIND…]
 */
import { audit } from "~/experiments/mod.ts";
import { choose, readImages } from "~/experiments/kinds/audit/reading.ts";
import { compareDatasets, groupsOf, testEvidence } from "~/experiments/kinds/audit/tests.ts";
import { type EvidenceName, evidenceNames } from "~/evidence/mod.ts";
import { datasetsOf, withOwn } from "../../../src/data/mod.ts";
import { formatProportion, permutation, wilson } from "../../../src/stats/mod.ts";
import { startEngine } from "../../../src/tensorflow/mod.ts";

/** What is asked of {@link nullAudits}. */
interface NullOptions {
  audits: number;
  /** Images of each half. */
  images: number;
  evidence: EvidenceName[];
  /** Of the first audit; each later one has the next. */
  seed: number;
  /** Called after each audit. */
  onAudit?: (done: number) => void;
}

/** p-values of each kind of evidence, an audit after another, of random halves of a dataset's images. */
export async function nullAudits(
  dataset: string,
  { audits, images, evidence, seed, onAudit }: NullOptions,
): Promise<Map<EvidenceName, { p: number[]; binomial: number[] }>> {
  await startEngine();
  const asked = audit({
    datasets: [dataset, dataset],
    evidence,
    imagesPerDataset: 100_000,
    permutations: 199,
  });
  const [chosen] = await choose(asked);
  const session = { options: {}, label: dataset };
  const all = await readImages(asked, { chosen: [chosen], evidence, session });
  const groups = groupsOf(all.images, all.images.map(() => undefined), 1);
  const found = new Map(evidence.map((name) => [name, { p: [] as number[], binomial: [] as number[] }]));
  for (let i = 0; i < audits; i++) {
    const order = permutation(all.images.length, seed + i, 0x6e75);
    // One image of a group: then no group is torn apart by the halves.
    const taken = new Set<number>();
    const some = [...order].filter((row) => !taken.has(groups[row]) && taken.add(groups[row]));
    const halfOf = new Map(some.slice(0, 2 * images).map((row, at) => [row, at < images ? 0 : 1]));
    const named = all.images.map((image, row) => ({ ...image, dataset: halfOf.get(row) ?? 2 }));
    const settings = { ...asked, seed: seed + i };
    const comparison = compareDatasets([0, 1], { images: named, groups }, settings);
    for (const name of evidence) {
      const { test } = await testEvidence(name, comparison, all, settings);
      found.get(name)!.p.push(test.p);
      found.get(name)!.binomial.push(test.heldOut.p);
    }
    onAudit?.(i + 1);
  }
  return found;
}

if (import.meta.main) {
  const [choice, audits = "200", images = "100", kinds] = Deno.args;
  const [dataset] = datasetsOf(await withOwn(choice));
  const evidence = (kinds?.split(",") ?? evidenceNames.toReversed()) as EvidenceName[];
  const found = await nullAudits(dataset, {
    audits: Number(audits),
    images: Number(images),
    evidence,
    seed: 7000,
    onAudit: (done) => done % 20 === 0 && console.error(`${done} of ${audits}`),
  });
  for (const [name, { p, binomial }] of found) {
    const share = (values: number[]) =>
      formatProportion(wilson(values.filter((value) => value <= 0.05).length, values.length));
    console.log(`${name}: ${share(p)}; exact binomial of the held-out half: ${share(binomial)}`);
  }
  Deno.exit();
}
