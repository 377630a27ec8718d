/** What audits found by each kind of evidence, pair by pair. */
import { isSameSource, parseReference } from "../../data/mod.ts";
import { evidenceKinds, type EvidenceName } from "../../evidence/mod.ts";
import type { AuditRecord, AuditTest } from "../../experiments/mod.ts";
import { type Estimate, normalQuantile } from "../../stats/mod.ts";

/** One kind of evidence on one pair of datasets. */
export interface Told extends Pick<AuditTest, "area" | "p" | "adjusted"> {
  evidence: EvidenceName;
  /** "tabler against mdi". */
  pair: string;
  /** Of both datasets alike, on held-out images; chance is 0.5. */
  accuracy: Estimate;
}

/**
 * Which pairs of the records are meant: those of two datasets; of the control, two parts of one source;
 * or all of folders of one's own, which go by their titles.
 */
export type Pairs = "datasets" | "halves" | "folders";

/** Accuracy of guessing which of two datasets an image is from. */
export const CHANCE = 0.5;

/** A 95% interval is so many standard errors wide. */
const WIDTH = 2 * normalQuantile(0.95);

/**
 * Every test of the records, kinds of evidence in the order of their list.
 */
export function toldBy(records: readonly AuditRecord[], which: Pairs): Told[] {
  const all = records.flatMap(({ result }) =>
    result.pairs.flatMap(({ datasets, tests }) => {
      const sides = datasets.map((d) => result.datasets[d]);
      const [a, b] = sides.map(({ name }) => parseReference(name));
      if (which !== "folders" && isSameSource(a, b) !== (which === "halves")) return [];
      const pair = sides.map(({ name, title }) => which === "folders" ? title : name).join(" against ");
      const n = sides.reduce((sum, { images }) => sum + images, 0);
      return tests.map(({ evidence, area, accuracy: { value, low, high }, p, adjusted }): Told => {
        const deviation = (high - low) / WIDTH;
        const accuracy = { value, low, high, n, seeds: 1, deviation, degrees: Infinity };
        return { evidence, pair, accuracy, area, p, adjusted };
      });
    })
  );
  return evidenceKinds.flatMap(({ name }) => all.filter(({ evidence }) => evidence === name));
}
