/** What makes two experiments the same. */
import { createHash } from "node:crypto";
import { augmentationIdentity } from "../images/mod.ts";
import type { Experiment } from "./experiment.ts";

/** JSON with sorted keys: the same text for equal objects. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(
    value,
    (_, part) =>
      part && typeof part === "object" && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => a < b ? -1 : 1))
        : part,
  );
}

/** An experiment without the fields that say what their absence says: the same experiment has one hash, also that of before they were there. */
function withoutOff(experiment: Experiment): unknown {
  const { corruption, labels, recipe: { mix, ...recipe }, augmentation, ...rest } = experiment;
  return {
    ...rest,
    ...(corruption && { corruption }),
    ...(labels === "random" && { labels }),
    recipe: { ...recipe, ...(mix && { mix }) },
    augmentation: augmentationIdentity(augmentation),
  };
}

/**
 * Raised when the code changes such that an old record no longer says what a new run would. 2: images are normalised inside of the
 * compiled step, which rounds the last bit of a value otherwise than the table of 1 did. 3: the result has the training accuracy.
 */
const RECORD_VERSION = 3;

/**
 * Identity of an experiment on the data that its datasets' names stand for today.
 *
 * @param data hash of each dataset's manifest, in the order of `experiment.datasets`
 * @returns 16 hex digits
 */
export function experimentHash(experiment: Experiment, data: string[]): string {
  return identityOf({ experiment: withoutOff(experiment), data, version: RECORD_VERSION });
}

/** The first 16 hex digits of the sha256 of a value's canonical JSON. */
export function identityOf(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex").slice(0, 16);
}
