/** Pools of JPEG files: what is stored, and what batches are made of. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import sharp from "sharp";
import {
  type Batch,
  indicesByKey,
  openPool,
  openPools,
  type PoolProgress,
  startBatchWorkers,
  type StoredImages,
  trainingBatches,
  type TrainingSource,
  validationBatches,
} from "../../../src/data/mod.ts";
import { openStored } from "../../../src/data/pool/store.ts";
import {
  centreSquare,
  corruptByKey,
  decode,
  makeAugment,
  perceptualHash,
  randomCrop,
  resizeAndCentreCrop,
  storedJpeg,
} from "../../../src/images/mod.ts";
import { permutation, random } from "../../../src/stats/mod.ts";
import { filesOnDisk, photoFile, photoManifest } from "../../made/data/photo_files.ts";
import { poolOnDisk } from "../../made/data/pool_on_disk.ts";

const RENDER = { render: { shorter: 60, channels: 3, background: "#ffffff" } };
const SIZES = [[90, 70], [50, 40], [80, 200], [64, 64]] as const;
const photos = await Promise.all(SIZES.map(([width, height], i) => photoFile(i + 1, "png", width, height)));

/** The folder of a dataset with these photographs. */
function dataset() {
  const named = Object.fromEntries(photos.map((photo, i) => [`images/${i}.png`, photo]));
  const source = { type: "folder", path: "images" };
  return filesOnDisk({ ...named, "set.json": photoManifest("set", source, photos.length, RENDER) });
}

const AUGMENTATION: TrainingSource["augmentation"] = {
  ...randomCrop,
  interpolation: "random",
  randAugment: "rand-m9-mstd0.5-inc1",
};

/** A pool of JPEG files without reduced colour, written as it lies on disk, and the images that sharp decodes. */
async function fullColourPool(count: number, size = (i: number) => [70 + 13 * i, 100 - 5 * i]) {
  const folder = Deno.makeTempDirSync();
  const files = await Promise.all(Array.from({ length: count }, async (_, i) => {
    const [width, height] = size(i);
    const png = await photoFile(35 * (i + 1), "png", width, height); // smooth enough to be compared at a quarter
    return new Uint8Array(await sharp(png).jpeg({ quality: 95, chromaSubsampling: "4:4:4" }).toBuffer());
  }));
  const images = await Promise.all(files.map((file) => decode(file, 3)));
  let offset = 0;
  const lines = files.map((file, i) => {
    const { width, height } = images[i];
    offset += file.length;
    return JSON.stringify({ key: `${i}`, bytes: [offset - file.length, file.length], size: [width, height] });
  });
  Deno.writeFileSync(`${folder}/images.bin`, new Uint8Array(files.flatMap((file) => [...file])));
  Deno.writeTextFileSync(`${folder}/index.jsonl`, lines.join("\n") + "\n");
  const header = { dataset: "full", images: count, shorter: 100, channels: 3, bytes: offset, sha256: {} };
  Deno.writeTextFileSync(`${folder}/pool.json`, JSON.stringify(header));
  return { pool: await openStored([folder]), images };
}

const { pool: full, images: fullImages } = await fullColourPool(6);
const source: TrainingSource = {
  pools: [full],
  indices: [Int32Array.of(0, 1, 2, 3, 4, 5)],
  imageSize: 32,
  batchSize: 4,
  seed: 3,
  augmentation: AUGMENTATION,
};

Deno.test("a pool of photographs stores JPEG files of the paper's size, with their places and sizes", async () => {
  using files = dataset();
  const options = { manifests: files.url, root: `${files.path}/data` };
  using pool = await openPool("set", options);
  const stored = await Promise.all(photos.map((photo) => storedJpeg(photo, { shorter: 60 })));
  const bin = Deno.readFileSync(`${pool.folders[0]}/images.bin`);
  assert.deepEqual(bin, new Uint8Array(stored.flatMap(({ file }) => [...file])));
  let offset = 0;
  for (const [i, { file, image }] of stored.entries()) {
    const { bytes, size, sha256, perceptualHash: hash } = pool.images.at(i)!;
    assert.deepEqual(bytes, [offset, file.length]);
    assert.deepEqual(size, [image.width, image.height]);
    assert.equal(sha256, createHash("sha256").update(file).digest("hex"));
    const square = new Uint8Array(256 * 256 * 3);
    centreSquare(image, 256, square);
    if (i !== 3) {
      assert.equal(hash, perceptualHash({ pixels: square, width: 256, height: 256, channels: 3 }));
    }
    assert.equal(pool.read(i).length, square.length);
    offset += file.length;
  }
  assert.deepEqual(Array.from(pool.images, ({ size }) => size), [[77, 60], [50, 40], [60, 150], [60, 60]]);
});

Deno.test("a damaged byte of a JPEG file is found, and the pool built again", async () => {
  using files = dataset();
  const options = { manifests: files.url, root: `${files.path}/data` };
  const pool = await openPool("set", options);
  const path = `${pool.folders[0]}/images.bin`;
  const whole = Deno.readFileSync(path);
  const damaged = whole.slice();
  damaged[damaged.length >> 1] ^= 1;
  Deno.writeFileSync(path, damaged);
  pool[Symbol.dispose]();
  const messages: string[] = [];
  const onProgress = ({ message }: PoolProgress) => messages.push(message);
  using again = await openPool("set", { ...options, onProgress });
  assert.match(messages[0], /images\.bin does not have its checksum/);
  assert.deepEqual(Deno.readFileSync(path), whole);
  Deno.truncateSync(path, whole.length - 1);
  using _third = await openPool("set", { ...options, onProgress });
  assert.match(messages.at(-1)!, new RegExp(`images\\.bin has ${whole.length - 1} bytes instead of`));
  assert.equal(again.images.length, 4);
});

Deno.test("what is shown of an image is its centred square", () => {
  const square = new Uint8Array(256 * 256 * 3);
  for (const [i, image] of fullImages.entries()) {
    centreSquare(image, 256, square);
    assert.deepEqual(full.read(i), square);
  }
  assert.throws(() => full.read(6), /full has no image 6; it has 6/);
});

Deno.test("training batches are those of the whole images, decoded and cropped, where none is reduced", () => {
  const large = { ...source, imageSize: 64 }; // no box is twice as large
  const batches = trainingBatches(large);
  const augment = makeAugment(AUGMENTATION);
  for (const step of [0, 1, 2, 5]) {
    const made = batches.batch(step);
    for (let j = 0; j < 4; j++) {
      const shown = step * 4 + j;
      const order = permutation(6, 3, 0x6f72, Math.floor(shown / 6));
      const seen = { pixels: new Uint8Array(64 * 64 * 3), width: 64, height: 64, channels: 3 };
      augment(fullImages[order[shown % 6]], seen, random(3, 0x6175, shown));
      assert.deepEqual(
        made.pixels.subarray(j * seen.pixels.length, (j + 1) * seen.pixels.length),
        seen.pixels,
      );
    }
  }
});

Deno.test("validation batches are those of the whole images", () => {
  const [{ pixels }] = validationBatches({ ...source, imageSize: 64, batchSize: 6 }).batches();
  const seen = new Uint8Array(64 * 64 * 3);
  fullImages.forEach((image, i) => {
    resizeAndCentreCrop(image, 64, seen);
    assert.deepEqual(pixels.subarray(i * seen.length, (i + 1) * seen.length), seen);
  });
});

Deno.test("small results are made of images decoded at reduced scale: nearly those of the whole ones", async () => {
  const { pool, images } = await fullColourPool(6, (i) => [64 + 16 * i, 96]); // whole pixels at every scale
  const reductions: number[] = [];
  const spied: StoredImages = {
    ...pool,
    encoded: (index) => {
      const image = pool.encoded!(index);
      const decode: typeof image.decode = (box, reduction) => {
        reductions.push(reduction);
        return image.decode(box, reduction);
      };
      return { ...image, decode };
    },
  };
  const [{ pixels }] = validationBatches({ ...source, pools: [spied], imageSize: 16, batchSize: 6 })
    .batches();
  assert.deepEqual(reductions, [2, 4, 4, 4, 4, 4]);
  const seen = new Uint8Array(16 * 16 * 3);
  images.forEach((image, i) => {
    resizeAndCentreCrop(image, 16, seen);
    const differences = seen.map((value, k) => Math.abs(value - pixels[i * seen.length + k]));
    assert.ok(Math.max(...differences) <= 8, `${Math.max(...differences)}`);
  });
});

Deno.test("batches are the same bytes however many threads make them, and at any step", async () => {
  const mixed = {
    ...source,
    pools: [full, poolOnDisk("grey", 5, 24, 1)],
    indices: [Int32Array.of(0, 2, 4, 5), Int32Array.of(1, 3)],
  };
  const here = trainingBatches(mixed);
  const expected = new Map<number, Batch>();
  for (const step of [0, 1, 2, 7, 8]) expected.set(step, here.batch(step));
  assert.deepEqual(trainingBatches(mixed).batch(7), expected.get(7), "resumed at step 7");
  for (const workers of [1, 2, 3]) {
    using threads = startBatchWorkers({ workers });
    await threads.ready;
    const there = threads.training(mixed);
    for (const [step, batch] of expected) assert.deepEqual(await there.batch(step), batch);
    const validation = await Array.fromAsync(threads.validation(mixed).batches());
    assert.deepEqual(validation, [...validationBatches(mixed).batches()]);
  }
});

Deno.test("a corruption is that of the whole stored image", () => {
  const corruption = { name: "gaussian-noise", std: 0.2, seed: 4 } as const;
  const [{ pixels }] = validationBatches({ ...source, imageSize: 32, batchSize: 6, corruption }).batches();
  const seen = new Uint8Array(32 * 32 * 3);
  fullImages.forEach((image, i) => {
    const corrupted = { ...image, pixels: image.pixels.slice() };
    corruptByKey(corrupted, corruption, `${i}`);
    resizeAndCentreCrop(corrupted, 32, seen);
    assert.deepEqual(pixels.subarray(i * seen.length, (i + 1) * seen.length), seen);
  });
});

Deno.test("a part of such a pool has its own numbers", async () => {
  using files = dataset();
  const options = { manifests: files.url, root: `${files.path}/data` };
  const [first, second, all] = await openPools(["set#1/2", "set#2/2", "set"], options);
  assert.equal(first.images.length + second.images.length, 4);
  for (const part of [first, second]) {
    for (const [i, { key }] of [...part.images].entries()) {
      assert.deepEqual(part.read(i), all.read(indicesByKey(all.images, [key]).get(key)!));
    }
  }
  for (const pool of [first, second, all]) pool[Symbol.dispose]();
});

Deno.test("a file that cannot be decoded is the error of its batch, with folder and number", async () => {
  const { pool } = await fullColourPool(2);
  const bytes = Deno.readFileSync(`${pool.folders[0]}/images.bin`);
  Deno.writeFileSync(`${pool.folders[0]}/images.bin`, bytes.fill(0, 0, 100));
  using workers = startBatchWorkers({ workers: 1 });
  await workers.ready;
  const batches = workers.training({ ...source, pools: [pool], indices: [Int32Array.of(0)] });
  await assert.rejects(async () => await batches.batch(0), /image 0 of .* cannot be decoded \(/);
});
