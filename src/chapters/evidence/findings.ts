/** What the figures of evidence show, in sentences. */
import { evidenceOf } from "../../evidence/mod.ts";
import { type AuditRecord, isFound } from "../../experiments/mod.ts";
import { formatAccuracy, inSentences } from "../../paper/mod.ts";
import { type Pairs, type Told, toldBy } from "./records.ts";

/**
 * How many kinds of evidence tell every pair apart, which is the least and which the most accurate of them,
 * and which fail on a pair: by the audits' own tests, which are corrected for all kinds and pairs.
 */
export function evidenceFinding(
  records: readonly AuditRecord[],
  which: Pairs = "datasets",
): string {
  const kinds = [...Map.groupBy(toldBy(records, which), ({ evidence }) => evidence).values()];
  if (kinds.length === 0) return inSentences("no audit was run");
  const pairs = kinds[0].length === 1 ? "the pair" : `all ${kinds[0].length} pairs`;
  const found = kinds.filter((told) => told.every(isFound));
  const count = `${found.length} of ${kinds.length} kinds of evidence tell ${pairs} apart, each by itself`;
  if (found.length === 0) return inSentences(count, `the most accurate of all is ${placeOf(kinds, "most")}`);
  const never = kinds.filter((told) => !told.some(isFound)).map(titleOf);
  return inSentences(
    count,
    found.length === 1
      ? `it is ${placeOf(found, "most")}`
      : `the least accurate of them is ${placeOf(found, "least")}, the most accurate ${
        placeOf(found, "most")
      }`,
    never.length > 0 ? `no pair is told apart by ${never.join(", ")}` : undefined,
  );
}

const titleOf = ([{ evidence }]: readonly Told[]) => evidenceOf(evidence).title;

/** "HOG, at 61.0% [58.1, 63.8] on its worst pair", of the kind whose worst pair is the least or the most. */
function placeOf(kinds: readonly (readonly Told[])[], end: "least" | "most"): string {
  const worst = kinds.map((told) => told.reduce((a, b) => b.accuracy.value < a.accuracy.value ? b : a))
    .toSorted((a, b) => a.accuracy.value - b.accuracy.value);
  const one = worst[end === "least" ? 0 : worst.length - 1];
  return `${evidenceOf(one.evidence).title}, at ${formatAccuracy(one.accuracy)} on its worst pair`;
}
