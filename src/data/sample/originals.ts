/** Images as their sources have them, before a pool stores them in its own form: a sample, by rank. */
import { encodePng } from "../../images/mod.ts";
import { rank } from "../../stats/mod.ts";
import { dataRoot } from "../files/places.ts";
import { checkContent } from "../manifest/content.ts";
import { manifestsOf } from "../manifest/find.ts";
import { groupOf } from "../manifest/grouping.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { contentName, isMeant, parseReference } from "../manifest/reference.ts";
import { sourceKindOf } from "../sources/list.ts";
import type { SourceImage } from "../sources/source.ts";

/** An image as its source has it. */
export interface Original {
  /** Names it within its dataset: of a folder its path from there. */
  name: string;
  /** See `groupOf`. */
  group: string;
  /** Path or URL of the file that has it, or that it is; none of a drawing. */
  place?: string;
  /**
   * The bytes of its file; of a drawing, a PNG file of its pixels.
   *
   * @throws {Error} when they are not to be had
   */
  file(): Promise<Uint8Array>;
}

/** A sample of a dataset's originals. */
export interface Originals {
  /** Images that the reference means, unreadable ones among them. */
  total: number;
  /** Names of those that were chosen, in the order of {@link images}. */
  names: string[];
  /** Whether they are files of their own; drawings are not. */
  areFiles: boolean;
  /** Goes through the source anew, and gives out the chosen ones in its order. */
  images(): AsyncGenerator<Original>;
  /** The same of all images that the reference means. */
  all(): AsyncGenerator<Original>;
}

/**
 * Chooses images of a dataset by rank of sha256(seed, name), and keeps no more than their names in memory,
 * however many there are.
 *
 * @param most images to choose; all where there are fewer
 * @throws {Error} when the dataset or split is unknown, or its files have changed since it was named
 */
export async function sampleOriginals(
  reference: string,
  { most, seed }: { most: number; seed: number },
): Promise<Originals> {
  const manifests = manifestsOf(reference);
  for (const manifest of manifests) await checkContent(manifest);
  const meant = () => originalsOf(reference, manifests);
  let total = 0;
  let kept: { name: string; rank: number }[] = [];
  const cut = () => {
    kept = kept.sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1)).slice(0, most);
  };
  for await (const { name } of meant()) {
    total++;
    kept.push({ name, rank: rank(seed, contentName(name)) });
    if (kept.length >= 2 * most + 1024) cut();
  }
  cut();
  const chosen = new Set(kept.map(({ name }) => name));
  const names: string[] = [];
  for await (const { name } of meant()) if (chosen.has(name)) names.push(name);
  return {
    total,
    names,
    areFiles: manifests.every(({ source }) => !sourceKindOf(source).fixedByVersion),
    async *images() {
      for await (const original of meant()) if (chosen.has(original.name)) yield original;
    },
    all: meant,
  };
}

async function* originalsOf(reference: string, manifests: readonly Manifest[]): AsyncGenerator<Original> {
  const wanted = parseReference(reference);
  const root = dataRoot();
  for (const manifest of manifests) {
    const { source, sampling, grouping, releaseOf, concepts, name: dataset } = manifest;
    const prefix = manifests.length > 1 ? `${dataset}/` : "";
    let left = sampling?.images ?? Infinity;
    for await (const image of sourceKindOf(source).images(manifest, root)) {
      if (left-- <= 0) break;
      const key = concepts?.[image.key] ?? image.key;
      const group = groupOf(grouping, releaseOf ?? contentName(dataset), key);
      if (!isMeant({ group, split: image.split }, wanted)) continue;
      const name = prefix + (image.longKey ?? image.key);
      yield {
        name,
        group,
        ...("place" in image && { place: image.place }),
        file: () => fileOf(image, manifest),
      };
    }
  }
}

async function fileOf(image: SourceImage, { render }: Manifest): Promise<Uint8Array> {
  if ("file" in image) return await image.file();
  const { bytes, facts: { width, height } } = await image.drawn();
  return await encodePng({ pixels: bytes, width, height, channels: render.channels });
}
