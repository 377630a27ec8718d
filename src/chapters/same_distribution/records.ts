/** The pairs of Appendix B and its controls: sets that were meant to be alike, and in what way. */
import { isSameSource, manifestsOf, parseReference } from "../../data/mod.ts";
import type { RunRecord } from "../../experiments/mod.ts";

/**
 * `halves`: parts of one source dealt out at random; `splits`: official splits of one source; `releases`: one
 * dataset and another release of it; `other`: none of these.
 */
type Likeness = "halves" | "splits" | "releases" | "other";

/** In what way the datasets of a record are alike. */
export function likenessOf({ experiment }: RunRecord): Likeness {
  const references = experiment.datasets.map(parseReference);
  if (references.every((reference) => isSameSource(reference, references[0]))) {
    if (references.every(({ split }) => split === references[0].split)) return "halves";
    return references.every(({ part }) => !part) ? "splits" : "other";
  }
  const manifests = experiment.datasets.flatMap((name) => manifestsOf(name));
  const drawn = new Set(manifests.map(({ name, releaseOf }) => releaseOf ?? name));
  return drawn.size === 1 ? "releases" : "other";
}

/** A pair as figures and claims call it: "tabler against tabler-old". */
export const pairName = ({ experiment }: RunRecord): string => experiment.datasets.join(" against ");

/** The runs of pairs of one kind, by pair, the fewest training images first. */
export function pairsAlike(records: readonly RunRecord[], likeness: Likeness): RunRecord[][] {
  const alike = records.filter((record) =>
    record.experiment.datasets.length === 2 && likenessOf(record) === likeness
  );
  const pairs = Map.groupBy(alike, ({ experiment }) => experiment.datasets.toSorted().join("\n"));
  return [...pairs.values()].map((runs) =>
    runs.toSorted((a, b) => a.experiment.imagesPerDataset - b.experiment.imagesPerDataset)
  );
}
