import assert from "node:assert/strict";
import { PreparedImages } from "../../../src/data/batches/prepared.ts";
import { trainingBatches, validationBatches } from "../../../src/data/mod.ts";
import { type Augmentation, corruptByKey, resizeAndCentreCrop } from "../../../src/images/mod.ts";
import { poolInMemory } from "../../made/data/made_up_pools.ts";

const corruption = { name: "gaussian-noise", std: 0.2, seed: 1 } as const;
const SIDE = 4;
const empty = () => ({ pixels: new Uint8Array(SIDE ** 2), height: SIDE, width: SIDE, channels: 1 });

/** A pool of 8 images that counts how often it is read. */
function countingPool(name: string) {
  const pool = poolInMemory(name, 8, SIDE, 1);
  const counts = { reads: 0 };
  const read: typeof pool.read = (index, into) => {
    counts.reads++;
    return pool.read(index, into);
  };
  return { pool: { ...pool, read }, counts };
}

Deno.test("PreparedImages: each image as corruptByKey makes it, read once while there is room", () => {
  const { pool, counts } = countingPool("a");
  const prepared = new PreparedImages({ corruption }, 3 * SIDE ** 2);
  for (let pass = 0; pass < 2; pass++) {
    for (let index = 0; index < 8; index++) {
      const expected = empty();
      poolInMemory("a", 8, SIDE, 1).read(index, expected.pixels);
      corruptByKey(expected, corruption, `${index}`);
      assert.deepEqual(prepared.get(pool, index), expected, `image ${index} of pass ${pass}`);
    }
  }
  assert.equal(counts.reads, 8 + 5, "three of eight are kept");
});

Deno.test("PreparedImages: images of two pools with one index are two images", () => {
  const prepared = new PreparedImages({ corruption: { name: "gaussian-blur", radius: 0 } });
  const bright = {
    ...poolInMemory("b", 8, SIDE, 1),
    read: (_: number, into = new Uint8Array(16)) => into.fill(200),
  };
  const dark = countingPool("a").pool;
  assert.deepEqual([prepared.get(dark, 2).pixels[0], prepared.get(bright, 2).pixels[0]], [2, 200]);
});

/** Images of 16 px with stripes of one pixel, which a resize to half their side averages away. */
const striped = {
  ...poolInMemory("stripes", 3, 16, 1),
  read: (index: number, into = new Uint8Array(256)) =>
    into.map((_, i) => into[i] = 100 + 20 * index + 50 * (i % 2)),
};
const still: Augmentation = { crop: "none", scale: [1, 1], ratio: [1, 1], flip: 0, randAugment: null };
const source = { pools: [striped], indices: [Int32Array.of(0, 1, 2)], imageSize: 8, batchSize: 3 };

/** Pixels of the three images in the order of their indices, as training sees them without augmentation. */
function trained(changed: Partial<Parameters<typeof trainingBatches>[0]>, step = 0): Uint8Array[] {
  const labels = [Int32Array.of(0, 1, 2)];
  const batches = trainingBatches({ ...source, labels, augmentation: still, seed: 1, ...changed });
  const batch = batches.batch(step);
  return [0, 1, 2].map((label) => {
    const at = 64 * batch.labels.indexOf(label);
    return batch.pixels.slice(at, at + 64);
  });
}

Deno.test("fitFirst: what training and validation see is the fitted image, corrupted by its key", () => {
  const expected = [0, 1, 2].map((index) => {
    const pixels = new Uint8Array(64);
    resizeAndCentreCrop({ pixels: striped.read(index), width: 16, height: 16, channels: 1 }, 8, pixels);
    corruptByKey({ pixels, width: 8, height: 8, channels: 1 }, corruption, `${index}`);
    return pixels;
  });
  for (const step of [0, 1, 5]) assert.deepEqual(trained({ corruption, fitFirst: true }, step), expected);
  const [{ pixels }] = validationBatches({ ...source, corruption, fitFirst: true }).batches();
  assert.deepEqual([0, 1, 2].map((i) => pixels.slice(64 * i, 64 * i + 64)), expected);
});

Deno.test("fitFirst: without it the resize averages noise away, and an image as it is stays the same", () => {
  const deviation = (fitFirst: boolean) => {
    const [as, corrupted] = [trained({}), trained({ corruption, fitFirst })];
    const squares = corrupted.flatMap((image, i) => Array.from(image, (value, j) => (value - as[i][j]) ** 2));
    return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
  };
  const std = 255 * corruption.std;
  assert.ok(Math.abs(deviation(true) - std) < 0.2 * std, `${deviation(true)} of ${std}`);
  assert.ok(deviation(false) < 0.7 * std, `${deviation(false)} of ${std}`);
  assert.deepEqual(trained({ fitFirst: true }), trained({}));
});

Deno.test("fitFirst: augmentation starts from the fitted, corrupted image", () => {
  const flip = { ...still, flip: 1 };
  const mirrored = trained({ corruption, fitFirst: true }).map((pixels) =>
    pixels.map((_, i) => pixels[i - i % 8 + 7 - i % 8])
  );
  assert.deepEqual(trained({ corruption, fitFirst: true, augmentation: flip }), mirrored);
});
