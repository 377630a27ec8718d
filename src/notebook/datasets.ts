/** Meeting the datasets: what they are, what their images look like, and a round of the game. */
import {
  duplicateRows,
  manifestsOf,
  openPools,
  parseReference,
  type Pool,
  sampleExperiment,
} from "../data/mod.ts";
import { type Experiment, sizesOf } from "../experiments/mod.ts";
import { permutation } from "../stats/mod.ts";
import { gallery, type GalleryImage } from "./gallery.ts";
import { Displayable, escapeMarkup, NO_FORMULAS } from "./kernel.ts";
import { live } from "./live.ts";
import { table } from "./table.ts";

/** Names, makers, sizes and licences of datasets; of a split or part of a source, which of its images. */
export function datasetTable(names: readonly string[]): Displayable {
  return table(names.map((name) => {
    const manifests = manifestsOf(name);
    const { split, part } = parseReference(name);
    const some = [split ?? [], part ? `part ${part.number} of ${part.of}` : []].flat().join(", ");
    const images = manifests.map((manifest) => manifest.images).join(" + ");
    return {
      dataset: name,
      symbol: manifests.map(({ symbol }) => symbol).join("+"),
      title: manifests.map(({ title }) => title).join(" + "),
      curator: [...new Set(manifests.map(({ curator }) => curator))].join("; "),
      images: some ? `${some} (of ${images})` : images,
      licence: [...new Set(manifests.map(({ licence }) => licence.spdx))].join(" AND "),
    };
  }));
}

/** Opens the pools of datasets, with progress where one has to be made first. The caller disposes them. */
export function openPoolsLive(names: readonly string[]): ReturnType<typeof openPools> {
  return live(({ signal, onProgress }) =>
    openPools(names, {
      signal,
      onProgress: (progress) => {
        const index = 1 + names.findIndex((name) => parseReference(name).datasets.includes(progress.dataset));
        const position = { index, of: names.length };
        onProgress?.({ phase: "data", label: progress.dataset, position, ...progress });
      },
    })
  );
}

/** Places of random images of each pool, the same for the same seed. */
export function randomPlaces(pools: readonly Pool[], each: number, seed: number): number[][] {
  return pools.map(({ images }, i) => [...permutation(images.length, seed, i).subarray(0, each)]);
}

/** Duplicates within and across datasets, and what their pools left out when they were built. */
export async function duplicatesTable(names: readonly string[]): Promise<Displayable> {
  using pools = await openPoolsLive(names);
  return table(duplicateRows(pools));
}

/**
 * How many drawings an experiment passes over for training, since they resemble a validation drawing of their
 * dataset, until it has as many as it wants.
 */
export async function resemblingTable(experiment: Experiment): Promise<Displayable> {
  const { datasets, imagesPerDataset, validationPerDataset } = experiment;
  using pools = await openPoolsLive(datasets);
  const { resembling } = sampleExperiment(pools, sizesOf(experiment));
  return table(datasets.map((dataset, d) => ({
    dataset,
    "validation images": validationPerDataset,
    "training images": imagesPerDataset,
    "passed over": resembling[d],
  })));
}

function picture({ side, channels, read }: Pool, index: number, caption?: string): GalleryImage {
  return { pixels: read(index), side, channels, caption };
}

/** Random images of each dataset, a row each. */
export async function sampleGallery(
  names: readonly string[],
  { each = 8, seed = 0 } = {},
): Promise<Displayable> {
  using pools = await openPoolsLive(names);
  const places = randomPlaces(pools, each, seed);
  const rows = pools.map((pool, i) => ({
    label: pool.name,
    images: places[i].map((index) => picture(pool, index)),
  }));
  return gallery("Random images of each dataset", rows);
}

/** A round of Name That Dataset: numbered images of unknown origin, and the answers behind a click. */
export async function quiz(
  names: readonly string[],
  { questions = 16, seed = 0 } = {},
): Promise<Displayable> {
  using pools = await openPoolsLive(names);
  const drawn = Array.from({ length: questions }, (_, number) => {
    const pool = pools[permutation(pools.length, seed, 1, number)[0]];
    const index = permutation(pool.images.length, seed, 2, number)[0];
    return { answer: pool.name, image: picture(pool, index, `${number + 1}`) };
  });
  const title = `Name that dataset: ${names.join(", ")}?`;
  const pictures = await gallery(title, [{ label: "", images: drawn.map(({ image }) => image) }]).bundle();
  const answers = drawn.map(({ answer }, i) => `${i + 1} ${answer}`).join(", ");
  return new Displayable(() => ({
    "text/html":
      `<img src="data:image/png;base64,${pictures["image/png"]}" width="880" alt="${escapeMarkup(title)}">` +
      `<details ${NO_FORMULAS}><summary>Answers</summary>${escapeMarkup(answers)}</details>`,
    "text/plain": `${title}\nAnswers: ${answers}`,
  }));
}
