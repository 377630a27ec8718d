import { FirstPlaces } from "./first_places.ts";
import { Photographs } from "./near_duplicates.ts";
import type { PoolImage } from "./pool_index.ts";

/** What ties images together, over all datasets: equal group, equal pixels, or equal perceptual hash; photographs also when hashes are nearly equal. */
type Ties = Pick<PoolImage, "group" | "sha256" | "perceptualHash" | "photograph">;

/** The images of a dataset. */
type Tied = Iterable<Ties> & { readonly length: number };

/**
 * The connected components of images that must not be separated: two images are in one when a chain of equal groups, pixels or
 * perceptual hashes (of photographs: nearly equal ones) leads from one to the other, within and across datasets.
 *
 * @returns for each dataset, for each image, the number of its component; numbers are from 0 without gaps
 */
export function components(datasets: readonly Tied[]): Int32Array[] {
  const total = datasets.reduce((sum, images) => sum + images.length, 0);
  const parent = new Int32Array(total).map((_, i) => i);
  const tie = (a: number, b: number) => void (parent[root(parent, a)] = root(parent, b));
  const first = new FirstPlaces();
  const photographs = new Photographs(total);
  let number = 0;
  for (const images of datasets) {
    for (const image of images) {
      for (const name of [`g${image.group}`, `s${image.sha256}`, `p${image.perceptualHash}`]) {
        tie(number, first.of(name, number));
      }
      photographs.add(number++, image);
    }
  }
  photographs.alike(tie);
  return renumbered(parent, datasets.map((images) => images.length));
}

function root(parent: Int32Array, image: number): number {
  while (parent[image] !== image) {
    parent[image] = parent[parent[image]];
    image = parent[image];
  }
  return image;
}

function renumbered(parent: Int32Array, sizes: number[]): Int32Array[] {
  const numbers = new Map<number, number>();
  let image = 0;
  return sizes.map((size) =>
    Int32Array.from({ length: size }, () => {
      const top = root(parent, image++);
      if (!numbers.has(top)) numbers.set(top, numbers.size);
      return numbers.get(top)!;
    })
  );
}
