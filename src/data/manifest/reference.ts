/**
 * The name of a dataset in an experiment: a manifest's name, or some of that source's images.
 *
 *     cifar10           all of them
 *     cifar10@test      an official split
 *     cifar10#2/3       the second of three parts, dealt out at random
 *     cifar10@train#1/2 half of a split
 */
import { hash } from "node:crypto";

/** A reference, taken apart. */
export interface DatasetReference {
  /** Name of the manifest. */
  dataset: string;
  /** Official split; all images where it is left out. */
  split?: string;
  /** Part `number` (1 to `of`) of `of` equal ones; all images where it is left out. */
  part?: { number: number; of: number };
}

const REFERENCE = /^([^@#,\s]+)(?:@([^@#,\s]+))?(?:#([1-9]\d{0,5})\/([1-9]\d{0,5}))?$/;

/**
 * Takes a reference apart. Each one has one spelling, so that equal names are equal images.
 *
 * @throws {Error} when it is not `name`, `name@split`, `name#part/parts` or `name@split#part/parts`, or there
 * is no such part
 */
export function parseReference(text: string): DatasetReference {
  const found = REFERENCE.exec(text);
  if (!found) {
    throw new Error(
      `"${text}" names no dataset; write its name, "name@split" for an official split, "name#1/3" for the first of three ` +
        `parts, or "name@split#1/3"`,
    );
  }
  const [, dataset, split, number, of] = found;
  const part = number === undefined ? undefined : { number: Number(number), of: Number(of) };
  if (part && (part.of < 2 || part.number > part.of)) {
    throw new Error(
      `"${text}": there is no part ${part.number} of ${part.of}; number the parts from 1, and make two or more`,
    );
  }
  return { dataset, ...(split && { split }), ...(part && { part }) };
}

/** Whether two references can mean one and the same image. */
export function overlap(a: DatasetReference, b: DatasetReference): boolean {
  if (a.dataset !== b.dataset) return false;
  if (a.split && b.split && a.split !== b.split) return false;
  return !(a.part && b.part && a.part.of === b.part.of && a.part.number !== b.part.number);
}

/**
 * Checks that the references of an experiment name images that can be told apart.
 *
 * @throws {Error} when one is named twice, two share images, or one cannot be read
 */
export function checkDisjoint(references: readonly string[]): void {
  const parsed = references.map(parseReference);
  parsed.forEach((a, i) => {
    const j = parsed.findIndex((b, j) => j > i && overlap(a, b));
    if (j < 0) return;
    throw new Error(
      references[i] === references[j]
        ? `"${references[i]}" is named twice`
        : `"${references[i]}" and "${
          references[j]
        }" have images in common, which cannot be told from themselves; ` +
          "name different splits, or different parts of as many",
    );
  });
}

/**
 * Whether an image is among those that a reference means. The parts are dealt out by group: versions of one
 * drawing are in one.
 */
export function isMeant({ group, split }: { group: string; split?: string }, by: DatasetReference): boolean {
  if (by.split !== undefined && by.split !== split) return false;
  return by.part === undefined || partOf(group, by.part.of) === by.part.number;
}

/**
 * The part, 1 to `parts`, that a group is dealt to: by a hash of its name alone, whatever an experiment's
 * seed.
 */
function partOf(group: string, parts: number): number {
  return 1 + parseInt(hash("sha256", `part\n${group}`).slice(0, 12), 16) % parts;
}
