/**
 * The name of a dataset in an experiment: a manifest's name, or some of that source's images.
 *
 *     cifar10           all of them
 *     cifar10@test      an official split
 *     cifar10#2/3       the second of three parts, dealt out at random
 *     cifar10@train#1/2 half of a split
 *     tabler+mdi#1/2    the first of two parts of two datasets together, as many images of each
 *     cats~1f3c9a7b2d4e a dataset of one's own: a title, and the beginning of the digest of its content
 */
import { hash } from "node:crypto";

/** A reference, taken apart. */
export interface DatasetReference {
  /** Names of the manifests: one, or several whose union it is a part of. */
  datasets: string[];
  /** Official split; all images where it is left out. */
  split?: string;
  /** Part `number` (1 to `of`) of `of` equal ones; all images where it is left out. */
  part?: { number: number; of: number };
}

const REFERENCE = /^([^@#+,\s]+(?:\+[^@#+,\s]+)*)(?:@([^@#+,\s]+))?(?:#([1-9]\d{0,5})\/([1-9]\d{0,5}))?$/;

/**
 * Takes a reference apart. Each one has one spelling, so that equal names are equal images.
 *
 * @throws {Error} when it is not `name`, `name@split`, `name#part/parts` or `name@split#part/parts`, there is
 * no such part, or it names several datasets and not a part of them, or one of them twice
 */
export function parseReference(text: string): DatasetReference {
  const found = REFERENCE.exec(text);
  if (!found) {
    throw new Error(
      `"${text}" names no dataset; write its name, "name@split" for an official split, "name#1/3" for the first of three ` +
        `parts, "name@split#1/3", or "name+other#1/3" for a part of two datasets together`,
    );
  }
  const [, names, split, number, of] = found;
  const datasets = names.split("+");
  const part = number === undefined ? undefined : { number: Number(number), of: Number(of) };
  if (part && (part.of < 2 || part.number > part.of)) {
    throw new Error(
      `"${text}": there is no part ${part.number} of ${part.of}; number the parts from 1, and make two or more`,
    );
  }
  const twice = datasets.find((name, i) => datasets.map(contentName).indexOf(contentName(name)) !== i);
  if (twice) throw new Error(`"${text}" names ${twice} twice; name each dataset of a union once`);
  if (datasets.length > 1 && !part) {
    throw new Error(
      `"${text}" names several datasets together; name a part of them, "${text}#1/2", or each by itself`,
    );
  }
  return { datasets, ...(split && { split }), ...(part && { part }) };
}

const OWN = /[a-z0-9-]+(?=~[0-9a-f]{12}(?![0-9a-f]))/g;

/**
 * A name, a reference, or any text with some in it, without the titles of datasets of one's own: what of them
 * enters hashes. Whatever the folder was called, the same images give the same text.
 */
export function contentName(text: string): string {
  return text.replaceAll(OWN, "own");
}

/** Whether two references take their images from the same dataset, or the same union of datasets. */
export function isSameSource(a: DatasetReference, b: DatasetReference): boolean {
  const namesOf = ({ datasets }: DatasetReference) => datasets.map(contentName).sort().join();
  return namesOf(a) === namesOf(b);
}

/** Whether two references can mean one and the same image. */
export function overlap(a: DatasetReference, b: DatasetReference): boolean {
  const ofB = b.datasets.map(contentName);
  if (!a.datasets.some((name) => ofB.includes(contentName(name)))) return false;
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
