import assert from "node:assert/strict";
import { CorruptedImages } from "../../../src/data/batches/corrupted.ts";
import { corruptByKey } from "../../../src/images/mod.ts";
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

Deno.test("CorruptedImages: each image as corruptByKey makes it, read once while there is room", () => {
  const { pool, counts } = countingPool("a");
  const corrupted = new CorruptedImages(corruption, 3 * SIDE ** 2);
  for (let pass = 0; pass < 2; pass++) {
    for (let index = 0; index < 8; index++) {
      const [image, expected] = [empty(), empty()];
      corrupted.read(pool, index, image);
      poolInMemory("a", 8, SIDE, 1).read(index, expected.pixels);
      corruptByKey(expected, corruption, `${index}`);
      assert.deepEqual(image.pixels, expected.pixels, `image ${index} of pass ${pass}`);
    }
  }
  assert.equal(counts.reads, 8 + 5, "three of eight are kept");
});

Deno.test("CorruptedImages: what is kept is not what the caller goes on to change", () => {
  const { pool } = countingPool("a");
  const corrupted = new CorruptedImages(corruption);
  const [first, second] = [empty(), empty()];
  corrupted.read(pool, 5, first);
  const kept = first.pixels.slice();
  first.pixels.fill(0);
  corrupted.read(pool, 5, second);
  assert.deepEqual(second.pixels, kept);
});

Deno.test("CorruptedImages: images of two pools with one index are two images", () => {
  const corrupted = new CorruptedImages({ name: "gaussian-blur", radius: 0 });
  const bright = {
    ...poolInMemory("b", 8, SIDE, 1),
    read: (_: number, into = new Uint8Array(16)) => into.fill(200),
  };
  const [dark, light] = [empty(), empty()];
  corrupted.read(countingPool("a").pool, 2, dark);
  corrupted.read(bright, 2, light);
  assert.deepEqual([dark.pixels[0], light.pixels[0]], [2, 200]);
});
