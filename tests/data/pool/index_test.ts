import assert from "node:assert/strict";
import fc from "fast-check";
import { countDuplicates, indicesByKey, type PoolImage, sampleExperiment } from "../../../src/data/mod.ts";
import { indexedImages, someImages } from "../../../src/data/pool/index.ts";
import { listedDatasets } from "../../made/data/made_up_pools.ts";
import { filesOnDisk } from "../../made/data/photo_files.ts";

const lines = (images: readonly unknown[]) => images.map((image) => JSON.stringify(image) + "\n").join("");

/** Runs with the images as an index on disk has them. */
function onDisk<T>(images: readonly PoolImage[], run: (read: ReturnType<typeof indexedImages>) => T): T {
  using folder = filesOnDisk({ "index.jsonl": lines(images) });
  return run(indexedImages(folder.path, images.length));
}

const images: fc.Arbitrary<PoolImage[]> = fc.uniqueArray(
  fc.record({
    key: fc.string({ unit: "binary", maxLength: 40 }),
    group: fc.constantFrom("a", "b/ü", "\n"),
    sha256: fc.string(),
    perceptualHash: fc.string(),
    label: fc.nat(9),
  }, { requiredKeys: ["key", "group", "sha256", "perceptualHash"], noNullPrototype: true }),
  { selector: ({ key }) => key, maxLength: 30 },
);

Deno.test("images are read from an index as they were written, one after another and one by one", () => {
  fc.assert(fc.property(images, (images) =>
    onDisk(images, (read) => {
      assert.deepEqual([read.length, [...read]], [images.length, images]);
      assert.deepEqual(images.map((_, i) => read.at(images.length - 1 - i)), images.toReversed());
      assert.deepEqual([read.at(-1), read.at(images.length)], [undefined, undefined]);
    })));
});

Deno.test("an index that is longer than what is read at once is read alike", () => {
  const long = Array.from({ length: 4000 }, (_, i) => ({
    key: "ß€𝄞".repeat(i % 90) + i,
    group: "",
    sha256: "",
    perceptualHash: "",
  }));
  onDisk(long, (read) => {
    assert.deepEqual([...read], long);
    for (const i of [0, 1, 777, 2500, 3999]) assert.deepEqual(read.at(i), long[i]);
  });
});

Deno.test("some of the images, and the indices of keys, are those of a list", () => {
  fc.assert(fc.property(images, fc.func(fc.boolean()), (images, isWanted) =>
    onDisk(images, (read) => {
      const places = Int32Array.from(images.keys().filter((i) => isWanted(i)));
      const some = someImages(read, places);
      const expected = Array.from(places, (place) => images[place]);
      assert.deepEqual([some.length, [...some]], [expected.length, expected]);
      assert.deepEqual(expected.map((_, i) => some.at(i)), expected);
      assert.deepEqual([some.at(-1), some.at(expected.length)], [undefined, undefined]);
      const indices = indicesByKey(read, [
        ...expected.map(({ key }) => key),
        "no image's key, being so long",
      ]);
      assert.deepEqual([...indices], expected.map(({ key }, i) => [key, places[i]]));
    })));
});

Deno.test("samples and duplicates are the same from indices on disk as from lists", () => {
  fc.assert(fc.property(listedDatasets, fc.nat(), (pools, seed) => {
    using folder = filesOnDisk(
      Object.fromEntries(pools.map(({ name, images }) => [`${name}/index.jsonl`, lines(images)])),
    );
    const stored = pools.map(({ name, images }) => ({
      name,
      images: indexedImages(`${folder.path}/${name}`, images.length),
    }));
    const sizes = { train: 2, validation: 1, seed };
    const result = (run: () => unknown) => {
      try {
        return run();
      } catch (error) {
        return (error as Error).message;
      }
    };
    assert.deepEqual(
      result(() => sampleExperiment(stored, sizes)),
      result(() => sampleExperiment(pools, sizes)),
    );
    assert.deepEqual(countDuplicates(stored), countDuplicates(pools));
  }));
});
