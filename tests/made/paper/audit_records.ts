/** Made-up records of audits, for tests of what is computed and drawn from them. */
import { type EvidenceName, evidenceNames } from "../../../src/evidence/mod.ts";
import { audit, type AuditRecord } from "../../../src/experiments/mod.ts";
import { binomialTest, wilson } from "../../../src/stats/mod.ts";

/** Accuracy by kind of evidence, in a pair; others have that of `other`. */
type Accuracies = Partial<Record<EvidenceName | "other", number>>;

/**
 * A record of an audit that never was. P-values are those of the binomial test; they are corrected by nothing.
 *
 * @param accuracies of each pair in its order, or of all
 * @param images of each dataset
 */
export function auditRecord(
  datasets: string[],
  accuracies: Accuracies | readonly Accuracies[],
  images = 900,
): AuditRecord {
  const experiment = audit({ datasets, evidence: evidenceNames.filter((name) => name !== "file-header") });
  const pairs = datasets.flatMap((_, a) =>
    datasets.slice(a + 1).map((_, i): [number, number] => [a, a + 1 + i])
  );
  return {
    hash: JSON.stringify([datasets, accuracies, images]),
    experiment,
    epochs: [],
    outcomes: { images: [], right: [] },
    result: {
      datasets: datasets.map((name) => ({
        ...{ name, title: name, origin: name, total: images, images, groups: images },
        unread: { count: 0, first: [] },
      })),
      pairs: pairs.map((pair, at) => {
        const of = Array.isArray(accuracies) ? accuracies[at] : accuracies as Accuracies;
        return {
          datasets: pair,
          verdict: "told apart",
          tests: experiment.evidence.map((evidence) => {
            const n = 2 * images;
            const share = wilson(Math.round(n * (of[evidence] ?? of.other ?? 0.7)), n);
            const { p } = binomialTest(share, 0.5);
            return {
              ...{ evidence, area: share, accuracy: share, p, adjusted: p, visible: 0.55 },
              heldOut: { pairs: images, right: 0, p: 1 },
            };
          }),
          without: ["file-header"],
          twins: { count: 0, first: [] },
          scores: [],
        };
      }),
      images: [],
      seconds: 1,
      engine: "TensorFlow 2.21.0, CPU",
      finishedAt: "2026-11-24T04:00:00.000Z",
    },
  };
}
