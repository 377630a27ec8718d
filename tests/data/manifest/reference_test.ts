import assert from "node:assert/strict";
import fc from "fast-check";
import {
  datasetHash,
  datasetsOf,
  expectedImages,
  indicesByKey,
  manifestsOf,
  openPools,
  type PoolImage,
} from "../../../src/data/mod.ts";
import { checkDisjoint, type DatasetReference, parseReference } from "../../../src/data/mod.ts";
import { isMeant, overlap } from "../../../src/data/manifest/reference.ts";

const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,11}$/);
const part = fc.integer({ min: 2, max: 40 }).chain((of) =>
  fc.integer({ min: 1, max: of }).map((number) => ({ number, of }))
);
const references: fc.Arbitrary<DatasetReference> = fc.record({
  datasets: fc.uniqueArray(name, { minLength: 1, maxLength: 4 }),
  split: name,
  part,
}, { requiredKeys: ["datasets"], noNullPrototype: true })
  .filter(({ datasets, part }) => datasets.length === 1 || part !== undefined);

function written({ datasets, split, part }: DatasetReference): string {
  return datasets.join("+") + (split ? `@${split}` : "") + (part ? `#${part.number}/${part.of}` : "");
}

Deno.test("a reference is read as it was written", () => {
  fc.assert(fc.property(references, (reference) => {
    assert.deepEqual(parseReference(written(reference)), reference);
  }));
});

Deno.test("any other text is refused, and what is accepted has no other spelling", () => {
  const text = fc.string({ unit: fc.constantFrom(..."ab1203@#/ ,-+"), maxLength: 12 });
  fc.assert(
    fc.property(text, (text) => {
      let read: DatasetReference;
      try {
        read = parseReference(text);
      } catch (error) {
        assert.match(
          (error as Error).message,
          /names no dataset; write|there is no part \d+ of \d+|names \S+ twice|names several datasets/,
        );
        return;
      }
      assert.equal(written(read), text);
    }),
    { numRuns: 2000 },
  );
  for (const text of ["", "a@", "a#", "a#1", "a#01/2", "a#0/2", "a#-1/2", "a@b@c", "a#1/2@b", "a #1/2"]) {
    assert.throws(() => parseReference(text), /names no dataset/, text);
  }
  for (const text of ["+a#1/2", "a+#1/2", "a++b#1/2", "a#1/2+b#1/2", "a@b+c#1/2"]) {
    assert.throws(() => parseReference(text), /names no dataset/, text);
  }
  assert.throws(
    () => parseReference("a+b"),
    /names several datasets together; name a part of them, "a\+b#1\/2"/,
  );
  assert.throws(() => parseReference("a+b+a#1/2"), /names a twice/);
  for (const text of ["a#4/3", "a@b#3/2", "a#1/1"]) {
    assert.throws(() => parseReference(text), /there is no part \d of \d; number the parts from 1/, text);
  }
});

const images: fc.Arbitrary<PoolImage[]> = fc.array(
  fc.record({
    key: fc.string(),
    group: fc.string({ maxLength: 3 }),
    split: fc.constantFrom("train", "test"),
    sha256: fc.constant(""),
    perceptualHash: fc.constant(""),
  }),
  { maxLength: 60 },
);

Deno.test("the parts of a source are disjoint and cover it, and a group is in one of them", () => {
  fc.assert(fc.property(images, fc.integer({ min: 2, max: 7 }), (images, of) => {
    const partsOf = (image: PoolImage) =>
      Array.from({ length: of }, (_, k) => k + 1).filter((number) =>
        isMeant(image, { datasets: ["a"], part: { number, of } })
      );
    const byGroup = new Map(images.map((image) => [image.group, partsOf(image)]));
    for (const image of images) {
      assert.equal(partsOf(image).length, 1);
      assert.deepEqual(partsOf(image), byGroup.get(image.group));
    }
  }));
});

Deno.test("parts are of equal size, as chance has it", () => {
  const counts = [0, 0, 0];
  for (let i = 0; i < 30_000; i++) {
    const image = { group: `cifar10/train/${i}` };
    counts[[1, 2, 3].findIndex((number) => isMeant(image, { datasets: ["a"], part: { number, of: 3 } }))]++;
  }
  assert.ok(counts.every((count) => Math.abs(count - 10_000) < 4 * Math.sqrt(30_000 * 2 / 9)), `${counts}`);
});

Deno.test("two references overlap exactly where one image may be meant by both", () => {
  const few = fc.record({
    datasets: fc.subarray(["a", "b"], { minLength: 1 }),
    split: fc.constantFrom("train", "test"),
    part: fc.integer({ min: 1, max: 3 }).map((number) => ({ number, of: 3 })),
  }, { requiredKeys: ["datasets"] });
  const all = ["a", "b"].flatMap((dataset) =>
    Array.from({ length: 60 }, (_, i) => ({ dataset, group: `${i}`, split: i % 2 ? "train" : "test" }))
  );
  const isOf = (image: typeof all[number], by: DatasetReference) =>
    by.datasets.includes(image.dataset) && isMeant(image, by);
  fc.assert(fc.property(few, few, (a, b) => {
    const shared = all.some((image) => isOf(image, a) && isOf(image, b));
    assert.equal(overlap(a, b), shared);
  }));
});

Deno.test("datasets with images in common are refused", () => {
  checkDisjoint(["cifar10#1/3", "cifar10#2/3", "cifar10#3/3", "tabler"]);
  checkDisjoint(["cifar10@train#1/2", "cifar10@test"]);
  checkDisjoint(["a+b#1/2", "b+a#2/2"]);
  checkDisjoint(["a+b#1/2", "a#2/2", "c+d#1/2"]);
  assert.throws(() => checkDisjoint(["a+b#1/2", "b"]), /"a\+b#1\/2" and "b" have images in common/);
  assert.throws(() => checkDisjoint(["a", "b", "a"]), /"a" is named twice/);
  assert.throws(() => checkDisjoint(["a", "a#1/3"]), /"a" and "a#1\/3" have images in common/);
  assert.throws(() => checkDisjoint(["a#1/2", "a#2/3"]), /in common/);
  assert.throws(() => checkDisjoint(["a@test", "a#2/3"]), /in common/);
});

Deno.test("a reference leads to its source's manifest; an unknown split names the known ones", () => {
  assert.equal(datasetHash(manifestsOf("cifar10@train#1/2")[0]), datasetHash(manifestsOf("cifar10")[0]));
  assert.throws(() => manifestsOf("cifar10@val"), /cifar10 has no split "val"; known are: train, test/);
  assert.throws(() => manifestsOf("tabler@train"), /tabler has no split "train"; its source has none/);
  assert.throws(() => manifestsOf("cifar@train"), /no dataset "cifar"; known are/);
  assert.deepEqual([expectedImages("cifar10"), expectedImages("cifar10#2/3")], [60_000, 20_000]);
  assert.deepEqual(manifestsOf("tabler+mdi#1/2").map(({ name }) => name), ["tabler", "mdi"]);
  const fewer = Math.min(expectedImages("tabler"), expectedImages("mdi"));
  assert.equal(expectedImages("tabler+mdi#1/3"), Math.ceil(2 * fewer / 3));
  assert.deepEqual(datasetsOf("cifar10@train, cifar10@test"), ["cifar10@train", "cifar10@test"]);
  assert.throws(() => datasetsOf("cifar10,cifar10@test"), /in common/);
  assert.throws(() => datasetsOf("cifar10@val,tabler"), /no split "val"/);
});

Deno.test("pools of one source share its images and are closed one by one", async () => {
  const names = ["cifar10@test#1/2", "cifar10@train", "cifar10@test#2/2"];
  const [one, train, two] = await openPools(names);
  assert.deepEqual([one, train, two].map(({ name }) => name), names);
  assert.equal(train.images.length, 50_000);
  assert.equal(one.images.length + two.images.length, 10_000);
  assert.ok(Iterator.from(two.images).every(({ split }) => split === "test"));
  const keys = new Set([one, train, two].flatMap(({ images }) => Array.from(images, ({ key }) => key)));
  assert.equal(keys.size, 60_000);
  one[Symbol.dispose]();
  one[Symbol.dispose]();
  train[Symbol.dispose]();
  using whole = (await openPools(["cifar10"]))[0];
  for (const index of [0, 17, two.images.length - 1]) {
    const place = indicesByKey(whole.images, [two.images.at(index)!.key]).values().next().value!;
    assert.equal(two.places![index], place);
    assert.deepEqual(two.read(index), whole.read(place));
  }
  assert.throws(() => two.read(two.images.length), /cifar10@test#2\/2 has no image \d+; it has \d+/);
  assert.throws(() => two.read(-1), /has no image -1/);
  two[Symbol.dispose]();
  assert.throws(() => two.read(0), Deno.errors.BadResource);
});

Deno.test("parts of a union have the images of its datasets by their parts, under keys of their own", async () => {
  using parts = await openPools(["tabler+mdi#1/2", "tabler#2/2", "mdi+tabler#2/2", "mdi"]);
  const [first, tabler, second, mdi] = parts;
  const keys = parts.map(({ images }) => Array.from(images, ({ key }) => key));
  const [one, own, two] = keys;
  assert.equal(new Set([...one, ...two]).size, first.images.length + second.images.length);
  assert.deepEqual(two.filter((key) => key.startsWith("tabler/")), own.map((key) => `tabler/${key}`));
  const inMdi = new Set(keys[3].map((key) => `mdi/${key}`));
  assert.equal([...one, ...two].filter((key) => inMdi.has(key)).length, mdi.images.length);
  assert.deepEqual(first.manifests.map(({ name }) => name), ["tabler", "mdi"]);
  assert.equal(first.dropped.duplicates, tabler.dropped.duplicates + mdi.dropped.duplicates);
  for (const index of [0, one.length - 1]) {
    const { dataset, key } = first.images.at(index)!;
    using whole = (await openPools([dataset!]))[0];
    const plain = key.slice(dataset!.length + 1);
    assert.deepEqual(first.read(index), whole.read(indicesByKey(whole.images, [plain]).get(plain)!));
  }
  assert.equal(first.images.at(one.length), undefined);
  parts[Symbol.dispose]();
  for (const pool of parts) assert.throws(() => pool.read(0), Deno.errors.BadResource);
});

Deno.test("datasets that are stored in different forms make no union", async () => {
  await assert.rejects(
    openPools(["tabler+cifar10#1/2"]),
    /tabler \(64 px, grey, as pixels\) and cifar10 \(32 px, colour, as pixels\) are stored in different forms/,
  );
});
