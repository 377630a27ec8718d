/** What kinds of evidence see of the datasets' images. */
import type { StoredImages } from "../data/mod.ts";
import { type EvidenceKind, evidenceKinds, sightingOf } from "../evidence/mod.ts";
import { openPoolsLive, randomPlaces } from "./datasets.ts";
import { gallery, type GalleryRow } from "./gallery.ts";
import type { Displayable } from "./kernel.ts";

/**
 * Random images of some datasets, a row for each kind of evidence that sees a picture.
 *
 * @param each images a dataset, the same in every row
 */
export async function evidenceSheet(
  datasets: readonly string[],
  { each = 2, seed = 0 } = {},
): Promise<Displayable> {
  using pools = await openPoolsLive(datasets);
  const chosen = randomPlaces(pools, each, seed);
  const rows = await evidenceRows(pools, chosen, seed);
  return gallery(`What is seen of images of ${datasets.join(", ")}`, rows);
}

/**
 * All pixels first.
 *
 * @param chosen indices of the images to show, one array a pool
 */
export async function evidenceRows(
  pools: readonly StoredImages[],
  chosen: readonly (readonly number[])[],
  seed: number,
): Promise<GalleryRow[]> {
  const sightings = pools.flatMap((pool, i) =>
    chosen[i].map((index) => {
      const { side, channels } = pool;
      return sightingOf(
        pool.encoded?.(index) ?? { width: side, height: side, channels, pixels: pool.read(index) },
      );
    })
  );
  const rows: GalleryRow[] = [];
  for (const { title, look } of evidenceKinds.toReversed() as EvidenceKind[]) {
    if (!look) continue;
    const pictures = await look(sightings, seed);
    rows.push({
      label: title,
      images: pictures.map(({ pixels, width }) => ({ pixels, side: width, channels: 3 })),
    });
  }
  return rows;
}
