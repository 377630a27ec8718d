import fc from "fast-check";
import type { Manifest, Pool, PoolImage } from "../../../src/data/mod.ts";

/** What sampling looks at. */
export type Listed = Pick<Pool, "name"> & { images: readonly PoolImage[] };

/** Two to four datasets of 12 to 60 images whose groups, pixels and perceptual hashes now and then coincide, also across datasets. */
export const listedDatasets: fc.Arbitrary<Listed[]> = fc
  .array(fc.array(fc.tuple(fc.nat(40), fc.nat(500), fc.nat(200)), { minLength: 12, maxLength: 60 }), {
    minLength: 2,
    maxLength: 4,
  })
  .map((datasets) =>
    datasets.map((images, d) => ({
      name: `set${d}`,
      images: images.map(([group, sha256, perceptualHash], i): PoolImage => ({
        key: `image${i}`,
        group: `group${group}`,
        sha256: `${sha256}`,
        perceptualHash: `${perceptualHash}`,
      })),
    }))
  );

/** A pool in memory: image i is filled with the values `i`, `i + 1`, … of its channels. */
export function poolInMemory(name: string, count: number, side: number, channels: 1 | 3) {
  const images = Array.from({ length: count }, (_, i): PoolImage => ({
    key: `${i}`,
    group: `${name}/${i}`,
    sha256: `${name}${i}`,
    perceptualHash: `${name}${i}`,
  }));
  return {
    name,
    side,
    channels,
    manifests: [{} as Manifest],
    folders: [""],
    inPlace: 0,
    dropped: { duplicates: 0, blank: 0, failed: [] },
    images,
    read: (index: number, into = new Uint8Array(side * side * channels)) => {
      for (let p = 0; p < into.length; p++) into[p] = index + p % channels;
      return into;
    },
    [Symbol.dispose]: () => {},
  } satisfies Pool;
}
