import assert from "node:assert/strict";
import { trainingBatches, validationBatches } from "../../../src/data/mod.ts";
import { poolInMemory } from "../../made/data/made_up_pools.ts";
import { type Augmentation, resizeAndCentreCrop } from "../../../src/images/mod.ts";

const NONE: Augmentation = { crop: "none", scale: [0.08, 1], ratio: [0.75, 4 / 3], flip: 0 };
const RANDOM: Augmentation = { ...NONE, crop: "random-resized", flip: 0.5 };

const pools = [poolInMemory("grey", 20, 16, 1), poolInMemory("colour", 30, 24, 3)];
const indices = [Int32Array.of(3, 5, 8), Int32Array.of(1, 2, 21, 29)];
const source = { pools, indices, imageSize: 8, batchSize: 4 };

Deno.test("validation batches come in order, the last one smaller, grey as three equal channels among colour", () => {
  const validation = validationBatches(source);
  const batches = [...validation.batches()];
  assert.equal(validation.size, 7);
  assert.deepEqual(batches.map(({ labels }) => [...labels]), [[0, 0, 0, 1], [1, 1, 1]]);
  assert.deepEqual(batches.map(({ channels }) => channels), [3, 3]);
  assert.deepEqual(batches.map(({ pixels }) => pixels.length), [4 * 8 * 8 * 3, 3 * 8 * 8 * 3]);
  assert.deepEqual([...batches[0].pixels.subarray(0, 192)], new Array(192).fill(3));
  const inColour = Array.from({ length: 192 }, (_, i) => 29 + i % 3);
  assert.deepEqual([...batches[1].pixels.subarray(2 * 192)], inColour);
});

Deno.test("validation batches are resized by the filter that is asked for, by default bilinear", () => {
  const noise = poolInMemory("noise", 1, 24, 1);
  noise.read = (_, into = new Uint8Array(576)) => into.fill(0).map((_, i) => into[i] = (i * 97) % 256);
  const one = { pools: [noise], indices: [Int32Array.of(0)], imageSize: 8, batchSize: 1 };
  const [plain, bilinear, bicubic] = [undefined, "bilinear" as const, "bicubic" as const].map((
    interpolation,
  ) => validationBatches({ ...one, interpolation }).batch(0).pixels);
  assert.deepEqual(plain, bilinear);
  const expected = new Uint8Array(64);
  resizeAndCentreCrop({ pixels: noise.read(0), width: 24, height: 24, channels: 1 }, 8, expected, "bicubic");
  assert.deepEqual(bicubic, expected);
  assert.notDeepEqual(bicubic, bilinear);
});

Deno.test("where every pool is grey, batches have one channel", () => {
  const grey = [pools[0], poolInMemory("grey too", 9, 24, 1)];
  const two = { ...source, pools: grey, indices: [Int32Array.of(3), Int32Array.of(5)] };
  for (
    const batch of [
      validationBatches(two).batch(0),
      trainingBatches({ ...two, augmentation: RANDOM, seed: 1 }).batch(0),
    ]
  ) {
    assert.equal(batch.channels, 1);
    const images = Array.from(
      batch.labels,
      (label, j) => [label, ...batch.pixels.subarray(j * 64, (j + 1) * 64)],
    );
    for (const image of images) assert.deepEqual(image, [image[0], ...new Array(64).fill([3, 5][image[0]])]);
  }
});

Deno.test("a pass shows every image once, in an order of its own", () => {
  const training = trainingBatches({ ...source, augmentation: NONE, seed: 1 });
  const shown: string[] = [];
  for (let step = 0; step < 7; step++) { // four passes over seven images
    const { pixels, labels } = training.batch(step);
    labels.forEach((label, j) => shown.push(`${label}/${pixels[j * 192]}`));
  }
  const passes = [0, 7, 14, 21].map((begin) => shown.slice(begin, begin + 7));
  for (const pass of passes) {
    assert.deepEqual([...pass].sort(), ["0/3", "0/5", "0/8", "1/1", "1/2", "1/21", "1/29"]);
  }
  assert.ok(new Set(passes.map((pass) => pass.join())).size > 1);
});

Deno.test("a batch is a function of seed and step, in whatever order it is asked for", () => {
  const training = trainingBatches({ ...source, augmentation: RANDOM, seed: 1 });
  const batches = [0, 1, 2, 3, 4].map((step) => training.batch(step));
  const resumed = trainingBatches({ ...source, augmentation: RANDOM, seed: 1 });
  for (const step of [4, 2, 3, 0]) assert.deepEqual(resumed.batch(step), batches[step]);
  const other = trainingBatches({ ...source, augmentation: RANDOM, seed: 2 });
  assert.notDeepEqual(other.batch(0), batches[0]);
});

Deno.test("crops and flips change from showing to showing", () => {
  const gradient = poolInMemory("gradient", 1, 16, 1);
  gradient.read = (_, into = new Uint8Array(256)) => into.fill(0).map((_, i) => into[i] = (i % 16) * 16);
  const one = { pools: [gradient], indices: [Int32Array.of(0)], imageSize: 8, batchSize: 40 };
  const { pixels } = trainingBatches({ ...one, augmentation: RANDOM, seed: 1 }).batch(0);
  const rows = Array.from({ length: 40 }, (_, j) => [0, 7].map((x) => pixels[j * 64 + x]));
  const mirrored = rows.filter(([left, right]) => left > right).length;
  assert.ok(mirrored > 8 && mirrored < 32, `${mirrored} of 40 mirrored`);
  assert.ok(new Set(rows.map((row) => row.join())).size > 30);
});

const FULL: Augmentation = {
  ...RANDOM,
  interpolation: "random",
  randAugment: "rand-m9-mstd0.5-inc1",
  colorJitter: { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 },
  erase: { probability: 0.5, mode: "pixel", area: [0.02, 0.33], count: 1 },
};

Deno.test("with every transform, a batch is still a function of seed and step, and each field takes part", () => {
  const textured = texturedPools();
  const batchOf = (augmentation: Augmentation) =>
    trainingBatches({ ...source, pools: textured, batchSize: 16, augmentation, seed: 1 });
  const training = batchOf(FULL);
  const batches = [0, 1, 2].map((step) => training.batch(step));
  for (const step of [2, 0, 1]) assert.deepEqual(batchOf(FULL).batch(step), batches[step]);
  for (const field of ["interpolation", "randAugment", "colorJitter", "erase"] as const) {
    assert.notDeepEqual(batchOf({ ...FULL, [field]: undefined }).batch(0), batches[0], field);
  }
  const off = { interpolation: "bilinear", randAugment: null, colorJitter: null, erase: null } as const;
  assert.deepEqual(batchOf({ ...RANDOM, ...off }).batch(0), batchOf(RANDOM).batch(0));
});

Deno.test("a corrupted image looks the same every time, in training as in validation, and not as another", () => {
  const corruption = { name: "gaussian-noise", std: 0.2, seed: 3 } as const;
  const flat = pools.map((pool) => ({
    ...pool,
    read: (_: number, into = new Uint8Array(pool.side ** 2 * pool.channels)) => into.fill(128),
  }));
  const one = { ...source, pools: flat, corruption, batchSize: 7 };
  const [clean] = validationBatches({ ...one, corruption: null }).batches();
  const [shown] = validationBatches(one).batches();
  assert.notDeepEqual(shown, clean);
  assert.deepEqual([...validationBatches(one).batches()], [shown]);
  const image = (batch: { pixels: ArrayLike<number> }, j: number) =>
    Array.from({ length: 192 }, (_, i) => batch.pixels[j * 192 + i]).join();
  const wanted = new Set(Array.from({ length: 7 }, (_, j) => image(shown, j)));
  assert.equal(wanted.size, 7);
  for (const step of [0, 1, 2]) {
    const batch = trainingBatches({ ...one, augmentation: NONE, seed: step }).batch(step);
    for (let j = 0; j < 7; j++) assert.ok(wanted.has(image(batch, j)), `step ${step}, image ${j}`);
  }
  const [other] = validationBatches({ ...one, corruption: { ...corruption, seed: 4 } }).batches();
  assert.notDeepEqual(other, shown);
});

/** The pools with pixels that differ from place to place and image to image. */
function texturedPools() {
  return pools.map((pool) => ({
    ...pool,
    read: (index: number, into = new Uint8Array(pool.side ** 2 * pool.channels)) => {
      for (let p = 0; p < into.length; p++) into[p] = (p * 37 + index * 11 + (p >> 4) * 5) % 256;
      return into;
    },
  }));
}

Deno.test("what cannot be batched is a clear error", () => {
  const training = { ...source, augmentation: RANDOM, seed: 0 };
  assert.throws(() => trainingBatches({ ...training, imageSize: 0 }), /image size is 0; .* from 1 to 1024/);
  assert.throws(() => validationBatches({ ...source, imageSize: 4096 }), /image size is 4096/);
  assert.throws(() => trainingBatches({ ...training, batchSize: 0.5 }), /batch size is 0.5/);
  assert.throws(
    () => validationBatches({ ...source, indices: [indices[0]] }),
    /2 pools came with indices for 1/,
  );
  assert.throws(
    () => validationBatches({ ...source, indices: [new Int32Array(), new Int32Array()] }),
    /no images/,
  );
  const wrong = (change: Partial<Augmentation>) => () =>
    trainingBatches({ ...training, augmentation: { ...RANDOM, ...change } });
  assert.throws(wrong({ scale: [0, 1] }), /augmentation.scale is 0,1/);
  assert.throws(wrong({ ratio: [2, 1] }), /augmentation.ratio is 2,1/);
  assert.throws(wrong({ flip: 1.5 }), /augmentation.flip is 1.5/);
  assert.throws(wrong({ interpolation: "cubic" as "bicubic" }), /augmentation.interpolation is "cubic"/);
  assert.throws(
    wrong({ randAugment: "rand-q3" }),
    /augmentation.randAugment: "rand-q3" is not a RandAugment/,
  );
  const jitter = { brightness: 0, contrast: 0, saturation: 0, hue: 0.6 };
  assert.throws(wrong({ colorJitter: jitter }), /augmentation.colorJitter.hue is 0.6; it must be 0 to 0.5/);
  assert.throws(wrong({ erase: { ...FULL.erase!, area: [0, 1] } }), /augmentation.erase.area is 0,1/);
  assert.throws(wrong({ erase: { ...FULL.erase!, count: 0 } }), /augmentation.erase.count is 0/);
  assert.throws(
    wrong({ erase: { ...FULL.erase!, mode: "blur" as "pixel" } }),
    /augmentation.erase.mode is "blur"/,
  );
  assert.throws(
    () => validationBatches({ ...source, corruption: { name: "gaussian-blur", radius: -1 } }),
    /corruption.radius is -1/,
  );
});

Deno.test("labels that are given are those of their images, in training as in validation", () => {
  const labels = [Int32Array.of(1, 0, 1), Int32Array.of(0, 1, 1, 0)];
  const valueOf = (batch: { pixels: Uint8Array }, j: number) => batch.pixels[j * 8 * 8 * 3];
  const expected = new Map([[3, 1], [5, 0], [8, 1], [1, 0], [2, 1], [21, 1], [29, 0]]); // by their pixels
  const training = trainingBatches({ ...source, labels, augmentation: NONE, seed: 3 });
  const batches = [0, 1, 2, 5].map(training.batch).concat([
    ...validationBatches({ ...source, labels }).batches(),
  ]);
  for (const batch of batches) {
    batch.labels.forEach((label, j) => assert.equal(label, expected.get(valueOf(batch, j))));
  }
  assert.throws(
    () => validationBatches({ ...source, labels: [labels[0]] }),
    /labels do not match the indices/,
  );
  assert.throws(
    () => validationBatches({ ...source, labels: [labels[1], labels[0]] }),
    /labels do not match the indices/,
  );
});
