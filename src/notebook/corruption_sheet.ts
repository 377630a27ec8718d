/** Images of the datasets under the corruptions of a sweep. */
import type { StoredImages } from "../data/mod.ts";
import {
  centreSquare,
  corruptByKey,
  type Corruption,
  corruptionName,
  decodeWhole,
  listedCorruptions,
} from "../images/mod.ts";
import { permutation } from "../stats/mod.ts";
import type { Experiment } from "../experiments/mod.ts";
import { openPoolsLive } from "./datasets.ts";
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
 * validation, before the crop and the resize for the network.
 *
 * @param each images a dataset, the same in every row
 * @throws {RangeError} where there is no experiment
 */
export async function corruptionSheet(
  experiments: readonly Pick<Experiment, "datasets" | "corruption">[],
  { each = 2, seed = 0 } = {},
): Promise<Displayable> {
  if (experiments.length === 0) {
    throw new RangeError("there is no experiment whose corruption could be shown");
  }
  const { datasets } = experiments[0];
  const pools = await openPoolsLive(datasets);
  const chosen = pools.map(({ images }, i) => [...permutation(images.length, seed, i).subarray(0, each)]);
  const rows = experiments.map(({ corruption }) => corruptedRow(pools, chosen, corruption ?? null));
  pools.forEach((pool) => pool[Symbol.dispose]());
  return gallery(`Images of ${datasets.join(", ")} under each corruption`, rows);
}

/** @param chosen indices of the images to show, one array a pool */
export function corruptedRow(
  pools: readonly StoredImages[],
  chosen: readonly (readonly number[])[],
  corruption: Corruption | null,
): GalleryRow {
  const images = pools.flatMap(({ images, side, channels, read, encoded }, i) =>
    chosen[i].map((index): GalleryImage => {
      const image = encoded
        ? decodeWhole(encoded(index))
        : { pixels: read(index), width: side, height: side, channels };
      if (corruption) corruptByKey(image, corruption, images.at(index)!.key);
      const pixels = new Uint8Array(side * side * channels);
      centreSquare(image, side, pixels);
      return { pixels, side, channels };
    })
  );
  return { label: corruptionName(corruption), images };
}
