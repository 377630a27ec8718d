/** Images of the datasets under the corruptions of a sweep. */
import { type Preparation, preparedImage, type StoredImages } from "../data/mod.ts";
import { centreSquare, corruptionName, listedCorruptions } from "../images/mod.ts";
import type { Experiment } from "../experiments/mod.ts";
import { openPoolsLive, randomPlaces } from "./datasets.ts";
import { gallery, type GalleryImage, type GalleryRow } from "./gallery.ts";
import type { Displayable } from "./kernel.ts";
import { table } from "./table.ts";

/** The kinds of corruption as a table. */
export function corruptionTable(): Displayable {
  return table(listedCorruptions.map(({ name, does, parameters, paper, source }) => ({
    corruption: name,
    does,
    parameters,
    "Table 5": paper.join("; "),
    source,
  })));
}

/**
 * Random images of the experiments' datasets, a row for each corruption. They look as in training and
 * validation before augmentation: as they are stored, or with `fitFirst` as the network sees them.
 *
 * @param each images a dataset, the same in every row
 * @throws {RangeError} where there is no experiment
 */
export async function corruptionSheet(
  experiments: readonly Pick<Experiment, "datasets" | "corruption" | "imageSize" | "fitFirst">[],
  { each = 2, seed = 0 } = {},
): Promise<Displayable> {
  if (experiments.length === 0) {
    throw new RangeError("there is no experiment whose corruption could be shown");
  }
  const { datasets } = experiments[0];
  using pools = await openPoolsLive(datasets);
  const chosen = randomPlaces(pools, each, seed);
  const rows = experiments.map(({ corruption, imageSize, fitFirst }) =>
    corruptedRow(pools, chosen, { corruption, fitTo: fitFirst ? imageSize : undefined })
  );
  return gallery(`Images of ${datasets.join(", ")} under each corruption`, rows);
}

/** @param chosen indices of the images to show, one array a pool */
export function corruptedRow(
  pools: readonly StoredImages[],
  chosen: readonly (readonly number[])[],
  preparation: Preparation,
): GalleryRow {
  const images = pools.flatMap((pool, i) =>
    chosen[i].map((index): GalleryImage => {
      const { channels, side: stored } = pool;
      const side = preparation.fitTo ?? stored;
      const pixels = new Uint8Array(side * side * channels);
      centreSquare(preparedImage(pool, index, preparation), side, pixels);
      return { pixels, side, channels };
    })
  );
  return { label: corruptionName(preparation.corruption ?? null), images };
}
