/**
 * Images labelled by what they show instead of where they come from, to ask how much semantics features hold.
 */
import type { PoolImage } from "../pool/index.ts";
import type { Pool } from "../pool/pool.ts";
import { permutation, random, rank, STREAMS } from "../../stats/mod.ts";
import { contentName, parseReference } from "../manifest/reference.ts";
import { duplicateGroups, sampleImages, type SampleSizes } from "./sample.ts";

/** Images with their classes. */
export interface LabelledImages {
  /** Pool indices, one array a pool. */
  indices: Int32Array[];
  /** Class of each, in the same order. */
  labels: Int32Array[];
}

/** Training and validation images of the same classes. */
export interface LabelledSample {
  /** Names of the classes, by number. */
  names: string[];
  train: LabelledImages;
  validation: LabelledImages;
}

/** The part of a pool that says what its images show. */
type Labelled = Pick<Pool, "name" | "images" | "classes">;

/**
 * Images of a dataset that has semantic classes, chosen as `sampleImages` chooses.
 *
 * @throws {Error} for a dataset without classes and for an image without one, naming it, and as
 * `sampleImages`
 */
export function sampleClasses(pool: Labelled, sizes: SampleSizes): LabelledSample {
  const names = classesIn(pool);
  const { train, validation } = sampleImages([pool], sizes);
  const labelled = (indices: Int32Array[]) => ({
    indices,
    labels: indices.map((chosen) => chosen.map((image) => pool.images.at(image)!.label!)),
  });
  return { names, train: labelled(train), validation: labelled(validation) };
}

/** Names of a pool's classes; every image has one of them. */
function classesIn({ name, images, classes }: Labelled): string[] {
  if (!classes) {
    const advice = Iterator.from(images).some(({ label }) => label !== undefined)
      ? `its images have labels: name them in field "source.classes" of its manifest`
      : "ask for a dataset that has, for example cifar10";
    throw new Error(`${name} has no semantic classes; ${advice}`);
  }
  for (const { key, label } of images) {
    if (label !== undefined && label < classes.length) continue;
    const has = label === undefined
      ? "no class"
      : `class ${label}, of ${classes.length} that are named from 0`;
    throw new Error(`${name}: image ${key} has ${has}; correct the dataset or its manifest`);
  }
  return [...classes];
}

/** The number of concepts, and how they are split. */
interface ConceptSizes {
  /** Number of concepts, each a class; those with the most images among those that enough datasets draw. */
  concepts: number;
  /** A concept must be drawn by so many of the datasets, at least. */
  datasets: number;
  /**
   * Drawings of each concept that are validated on, one image of each; all images of the others are trained
   * on.
   */
  validationPerConcept: number;
  seed: number;
}

/** An image by its pool and its place there. */
export interface Found {
  pool: number;
  image: number;
  key: string;
  /** The concept that it shows. */
  concept: string;
}

/** A concept and its drawings: images that are versions of one another. */
interface Concept {
  name: string;
  drawings: Found[][];
}

/**
 * Images of concepts that several datasets draw, for example `arrow-left` in six libraries of icons. A
 * drawing and its versions (`-fill`, other weights, equal pixels, equal perceptual hash) are on one side. So
 * the validation images show a concept drawn anew, often by somebody else. Drawings that stand for two
 * concepts are left out.
 *
 * @throws {Error} when there are not so many such concepts, saying how many there are
 */
export function sampleConcepts(
  pools: readonly Pick<Pool, "name" | "images">[],
  sizes: ConceptSizes,
): LabelledSample {
  const eligible = conceptsOf(pools).filter(({ drawings }) =>
    new Set(drawings.flat().map(({ pool }) => pool)).size >= sizes.datasets &&
    drawings.length > sizes.validationPerConcept
  );
  if (eligible.length < sizes.concepts) {
    throw new Error(
      `${sizes.concepts} concepts are asked for, but ${eligible.length} are drawn by ${sizes.datasets} or more of ` +
        `${
          pools.map(({ name }) => name).join(", ")
        } with ${sizes.validationPerConcept} drawings to validate on; ` +
        "ask for fewer concepts or datasets",
    );
  }
  const count = ({ drawings }: Concept) => drawings.flat().length;
  const byName = (a: Concept, b: Concept) => a.name < b.name ? -1 : 1;
  const chosen = eligible.toSorted((a, b) => count(b) - count(a) || byName(a, b)).slice(0, sizes.concepts);
  const place = ({ pool, key }: Found) => rank(sizes.seed, `${contentName(pools[pool].name)}/${key}`);
  const sides = chosen.map(({ drawings }) => {
    const ordered = drawings.map((drawing) => drawing.toSorted((a, b) => place(a) - place(b)))
      .sort((a, b) => place(a[0]) - place(b[0]));
    return {
      validation: ordered.slice(0, sizes.validationPerConcept).map(([first]) => first),
      train: ordered.slice(sizes.validationPerConcept).flat(),
    };
  });
  return {
    names: chosen.map(({ name }) => name),
    train: labelledImages(sides.map(({ train }) => train), pools.length),
    validation: labelledImages(sides.map(({ validation }) => validation), pools.length),
  };
}

/** The concept of an image's group, without the name of its dataset. */
export function conceptOf(pool: string, image: Pick<PoolImage, "group" | "dataset">): string {
  const { group, dataset = parseReference(pool).datasets[0] } = image;
  const start = `${contentName(dataset)}/`;
  return group.startsWith(start) ? group.slice(start.length) : group;
}

/** All concepts with the drawings that are of one concept alone. */
function conceptsOf(pools: readonly Pick<Pool, "name" | "images">[]): Concept[] {
  const own = pools.map(({ name, images }) =>
    Array.from(images, (image) => ({ ...image, concept: conceptOf(name, image) }))
  );
  const component = duplicateGroups(
    own.map((images, pool) =>
      images.map((image) => ({ ...image, group: `${pools[pool].name}/${image.concept}` }))
    ),
  );
  const found = own.flatMap((images, pool) =>
    images.map(({ key, concept }, image): Found => ({ pool, image, key, concept }))
  );
  const drawings = [...Map.groupBy(found, ({ pool, image }) => component[pool][image]).values()]
    .filter((drawing) => drawing.every(({ concept }) => concept === drawing[0].concept));
  const byConcept = Map.groupBy(drawings, ([{ concept }]) => concept);
  return [...byConcept].map(([name, drawings]) => ({ name, drawings }));
}

/** Images of each class as makers of batches take them: by pool, with their classes. */
export function labelledImages(byClass: readonly Found[][], pools: number): LabelledImages {
  const labelled = byClass.flatMap((images, label) => images.map((found) => ({ ...found, label })));
  const ofPool = Array.from({ length: pools }, (_, pool) => labelled.filter((found) => found.pool === pool));
  return {
    indices: ofPool.map((images) => Int32Array.from(images, ({ image }) => image)),
    labels: ofPool.map((images) => Int32Array.from(images, ({ label }) => label)),
  };
}

/**
 * The datasets' labels dealt out to their images at random (Zhang et al. 2017, "Understanding deep learning
 * requires rethinking generalization"): nothing about an image says which it gets, so they can only be
 * memorised. Within each dataset every label is dealt equally often, since a deal over all images together
 * would by luck give a dataset more of one label: that could be learnt. Where a number does not divide, what
 * is left over goes on from one dataset to the next, so that all labels together are equally many too, but
 * for one.
 *
 * @param indices the images of each dataset; there are as many labels as datasets
 * @param deal names the deal: another number, other labels
 * @returns a label for each image, in the same order
 */
export function randomLabels(indices: readonly Int32Array[], deal: number): Int32Array[] {
  const count = indices.length;
  let next = random(deal, STREAMS.randomLabels, count).below(count);
  return indices.map(({ length }, dataset) => {
    const first = next;
    next += length;
    const places = permutation(length, deal, STREAMS.randomLabels, dataset);
    return Int32Array.from(places, (place) => (first + place) % count);
  });
}

/**
 * Labels of images of several datasets together: the dataset that each is of.
 *
 * @param names the datasets, by label
 * @returns a label for each image, in the order of the indices
 */
export function originLabels(
  pools: readonly Pick<Pool, "images">[],
  indices: readonly Int32Array[],
  names: readonly string[],
): Int32Array[] {
  return indices.map((chosen, pool) =>
    chosen.map((index) => names.indexOf(pools[pool].images.at(index)!.dataset!))
  );
}
