import assert from "node:assert/strict";
import fc from "fast-check";
import { sampleClasses, sampleConcepts, trainingBatches } from "../../../src/data/mod.ts";
import { validationBatches } from "../../../src/data/mod.ts";
import { duplicateGroups } from "~/data/sample/sample.ts";
import { type Listed, listedDatasets, poolInMemory } from "../../made/data/made_up_pools.ts";

/** Datasets in which each concept of `names` has `versions` versions, each a drawing of its own dataset. */
function drawn(names: string[][], versions = 2): Listed[] {
  return names.map((concepts, d) => ({
    name: `set${d}`,
    images: concepts.flatMap((concept) =>
      Array.from({ length: versions }, (_, v) => ({
        key: `${concept}-${v}`,
        group: `set${d}/${concept}`,
        sha256: `${d}${concept}${v}`,
        perceptualHash: `${d}${concept}${v}`,
      }))
    ),
  }));
}

const keysOf = (pools: Listed[], { indices }: { indices: Int32Array[] }) =>
  indices.flatMap((chosen, p) => Array.from(chosen, (i) => `${pools[p].name}/${pools[p].images[i].key}`));

Deno.test("sampleConcepts: concepts that enough datasets draw, drawings whole on one side, one image of each validated on", () => {
  const pools = drawn([["a", "b", "c"], ["a", "b"], ["a", "c"], ["a", "b"]], 3);
  const sample = sampleConcepts(pools, { concepts: 2, datasets: 3, validationPerConcept: 1, seed: 4 });
  assert.deepEqual(sample.names, ["a", "b"]);
  const [train, validation] = [keysOf(pools, sample.train), keysOf(pools, sample.validation)];
  assert.equal(validation.length, 2);
  assert.equal(train.length, 3 * (4 - 1) + 3 * (3 - 1));
  const drawing = (key: string) => key.slice(0, -2);
  for (const key of validation) assert.ok(!train.map(drawing).includes(drawing(key)), key);
});

Deno.test("sampleConcepts: whatever ties images, no two sides share it, and classes are the concepts", () => {
  let sampled = 0;
  fc.assert(fc.property(listedDatasets, fc.nat(100), (pools, seed) => {
    let sample;
    try {
      sample = sampleConcepts(pools, { concepts: 2, datasets: 1, validationPerConcept: 1, seed });
    } catch (error) {
      return assert.match((error as Error).message, /concepts are asked for, but/);
    }
    sampled++;
    const component = duplicateGroups(
      pools.map(({ name, images }) => images.map((image) => ({ ...image, group: `${name}/${image.group}` }))),
    );
    const { train, validation, names } = sample;
    const of = ({ indices }: typeof train) =>
      indices.flatMap((chosen, p) => Array.from(chosen, (i) => component[p][i]));
    const held = of(validation);
    assert.equal(new Set(held).size, held.length);
    assert.deepEqual(of(train).filter((c) => held.includes(c)), []);
    for (const { indices, labels } of [train, validation]) {
      indices.forEach((chosen, p) =>
        chosen.forEach((image, at) => assert.equal(pools[p].images[image].group, names[labels[p][at]]))
      );
    }
  }));
  assert.ok(sampled > 20, `${sampled} of 100 had concepts enough`);
});

Deno.test("sampleConcepts: does not depend on the order of files", () => {
  const pools = drawn([["a", "b"], ["b", "a"], ["a", "b"]]);
  const turned = pools.map(({ name, images }) => ({ name, images: images.toReversed() }));
  const sizes = { concepts: 2, datasets: 3, validationPerConcept: 1, seed: 1 };
  const [one, other] = [sampleConcepts(pools, sizes), sampleConcepts(turned, sizes)];
  assert.deepEqual(keysOf(pools, one.validation).sort(), keysOf(turned, other.validation).sort());
});

Deno.test("sampleConcepts: a part of a dataset draws the same concepts", () => {
  const pools = drawn([["a", "b"], ["a", "b"], ["a", "b"]]);
  const parts = pools.map((pool) => ({ ...pool, name: `${pool.name}#1/2` }));
  const sizes = { concepts: 2, datasets: 3, validationPerConcept: 1, seed: 1 };
  assert.deepEqual(sampleConcepts(parts, sizes).names, ["a", "b"]);
});

Deno.test("sampleConcepts: says how many concepts there are when more are asked for", () => {
  const pools = drawn([["a", "b"], ["a"]]);
  assert.throws(
    () => sampleConcepts(pools, { concepts: 2, datasets: 2, validationPerConcept: 1, seed: 0 }),
    /2 concepts are asked for, but 1 are drawn by 2 or more of set0, set1/,
  );
});

/** Forty images of four classes. */
function labelledPool() {
  const pool = poolInMemory("cifar10", 40, 8, 3);
  const images = pool.images.map((image, i) => ({ ...image, label: i % 4 }));
  return { ...pool, classes: ["bird", "cat", "deer", "dog"], images };
}

Deno.test("sampleClasses: each image with its own class; batches carry it, in any order", () => {
  const pool = labelledPool();
  const { train, validation, names } = sampleClasses(pool, { train: 20, validation: 8, seed: 3 });
  assert.deepEqual(names, ["bird", "cat", "deer", "dog"]);
  const source = { pools: [pool], imageSize: 8, batchSize: 5 };
  const [{ labels }] = validationBatches({ ...source, ...validation }).batches();
  assert.deepEqual(Array.from(labels), Array.from(validation.indices[0].slice(0, 5), (image) => image % 4));
  const batches = trainingBatches({
    ...source,
    ...train,
    augmentation: { crop: "none", scale: [1, 1], ratio: [1, 1], flip: 0 },
    seed: 1,
  });
  for (let step = 0; step < 4; step++) {
    const { labels, pixels } = batches.batch(step);
    labels.forEach((label, j) => assert.equal(pixels[j * 8 * 8 * 3] % 4, label));
  }
});

Deno.test("sampleClasses: a dataset without classes and an image without one are refused by name", () => {
  const sizes = { train: 2, validation: 2, seed: 0 };
  const refused = (pool: Parameters<typeof sampleClasses>[0], message: RegExp) =>
    assert.throws(() => sampleClasses(pool, sizes), message);
  refused(poolInMemory("tabler", 40, 8, 1), /tabler has no semantic classes; ask for a dataset that has/);
  const { images, ...pool } = labelledPool();
  refused({ ...pool, images, classes: undefined }, /cifar10 has no .* name them in field "source.classes"/);
  refused({ ...pool, images, classes: ["bird", "cat"] }, /image 2 has class 2, of 2 that are named from 0/);
  const some = images.map((image, i) => i === 5 ? { ...image, label: undefined } : image);
  refused({ ...pool, images: some }, /cifar10: image 5 has no class; correct/);
});

Deno.test("batches refuse classes that are not one an image", () => {
  const pool = labelledPool();
  const source = { pools: [pool], indices: [Int32Array.of(1, 2)], imageSize: 8, batchSize: 2 };
  assert.throws(() => validationBatches({ ...source, labels: [Int32Array.of(1)] }), /labels do not match/);
  assert.throws(() => validationBatches({ ...source, labels: [Int32Array.of(1)] }), /label/);
});
