/** What Table 5's figure shows, in sentences. */
import type { RunRecord } from "../../experiments/mod.ts";
import { corruptionName } from "../../images/mod.ts";
import { countAboveChance, formatAccuracy, inSentences, orderInWords } from "../../paper/mod.ts";
import { contrastOfRuns } from "../../stats/mod.ts";
import { corruptedOf } from "./records.ts";

/**
 * How many corruptions leave accuracy above chance, how many cost some, by 95% intervals, and what is the
 * worst.
 */
export function corruptionsFinding(records: readonly RunRecord[]): string {
  const all = corruptedOf(records);
  const plain = all.find(({ corruption }) => corruption === null);
  const corrupted = all.filter(({ corruption }) => corruption !== null);
  if (corrupted.length === 0) return inSentences("no corruption was run");
  const worst = corrupted.reduce((a, b) => b.accuracy.value < a.accuracy.value ? b : a);
  const named = `the worst, ${corruptionName(worst.corruption)}, at ${formatAccuracy(worst.accuracy)},`;
  if (!plain) return inSentences(countAboveChance("corruptions", corrupted), named.slice(0, -1));
  const changes = corrupted.map((one) => contrastOfRuns([one.repetitions, plain.repetitions], [1, -1]));
  const costly = changes.filter(({ high }) => high < 0).length;
  return inSentences(
    `${countAboveChance("corruptions", corrupted)}; ${costly} of ${corrupted.length} cost accuracy`,
    orderInWords(
      named,
      changes[corrupted.indexOf(worst)],
      `images as they are, at ${formatAccuracy(plain.accuracy)}`,
    ),
  );
}
