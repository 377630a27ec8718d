import assert from "node:assert/strict";
import fc from "fast-check";
import { originLabels, type Sample, sampleExperiment } from "../../../src/data/mod.ts";
import { isMeant, parseReference } from "../../../src/data/manifest/reference.ts";
import { type Listed, listedDatasets } from "../../made/data/made_up_pools.ts";

/** The largest sample that there is, found by following the errors' advice; nothing when even one image is too many. */
function largestSample(
  pools: Listed[],
  validation: number,
  seed: number,
): { train: number; sample: Sample } | undefined {
  for (let train = 60; train > 0;) {
    try {
      return { train, sample: sampleExperiment(pools, { train, validation, seed }) };
    } catch (error) {
      const advice = /set\d has .*; ask for (\d+) training images at most/.exec((error as Error).message);
      if (!advice) return undefined;
      train = Number(advice[1]);
    }
  }
  return undefined;
}

const keysOf = (pools: Listed[], chosen: Int32Array[]) =>
  chosen.map((indices, d) => Array.from(indices, (i) => pools[d].images[i].key));

const samples = fc.tuple(listedDatasets, fc.integer({ min: 1, max: 4 }), fc.nat()).map(
  ([pools, validation, seed]) => ({
    pools,
    validation,
    seed,
    largest: largestSample(pools, validation, seed)!,
  }),
).filter(({ largest }) => largest !== undefined);

Deno.test("training and validation share no group, pixels or perceptual hash, over all datasets", () => {
  fc.assert(fc.property(samples, ({ pools, largest }) => {
    for (const tie of ["group", "sha256", "perceptualHash"] as const) {
      const ties = (chosen: Int32Array[]): string[] =>
        chosen.flatMap((indices, d) => Array.from(indices, (i) => pools[d].images[i][tie]));
      const held = new Set(ties(largest.sample.validation));
      assert.ok(ties(largest.sample.train).every((value) => !held.has(value)), tie);
    }
  }));
});

Deno.test("every dataset gives the same number of images, each once, and no two validation images of one group", () => {
  fc.assert(fc.property(samples, ({ pools, validation, largest }) => {
    pools.forEach(({ images }, d) => {
      const [train, held] = [largest.sample.train[d], largest.sample.validation[d]];
      assert.deepEqual([train.length, held.length], [largest.train, validation]);
      assert.equal(new Set([...train, ...held]).size, train.length + held.length);
      assert.equal(new Set(Array.from(held, (i) => images[i].group)).size, validation);
    });
  }));
});

Deno.test("smaller samples are the beginnings of larger ones, with the same validation images", () => {
  fc.assert(fc.property(samples, fc.nat(), ({ pools, validation, seed, largest }, part) => {
    const train = 1 + part % largest.train;
    const smaller = sampleExperiment(pools, { train, validation, seed });
    assert.deepEqual(smaller.validation, largest.sample.validation);
    smaller.train.forEach((indices, d) =>
      assert.deepEqual(indices, largest.sample.train[d].subarray(0, train))
    );
  }));
});

Deno.test("the sample depends on the keys, not on the order of the files, and is the same every time", () => {
  fc.assert(fc.property(samples, fc.nat(), ({ pools, validation, seed, largest }, turn) => {
    const turned = pools.map(({ name, images }) => {
      const by = turn % images.length;
      return { name, images: [...images.slice(by), ...images.slice(0, by)].reverse() };
    });
    const sizes = { train: largest.train, validation, seed };
    const again = sampleExperiment(turned, sizes);
    assert.deepEqual(keysOf(turned, again.train), keysOf(pools, largest.sample.train));
    assert.deepEqual(keysOf(turned, again.validation), keysOf(pools, largest.sample.validation));
    assert.deepEqual(sampleExperiment(pools, sizes), largest.sample);
  }));
});

const plain = (name: string, count: number): Listed => ({
  name,
  images: Array.from({ length: count }, (_, i) => ({
    key: `${i}`,
    group: `${name}/${i >> 1}`,
    sha256: `${name}${i}`,
    perceptualHash: `${name}${i}`,
  })),
});

Deno.test("another seed gives another sample; every image is as likely", () => {
  const pools = [plain("a", 40), plain("b", 40)];
  const times = new Float64Array(40);
  for (let seed = 0; seed < 1000; seed++) {
    for (const i of sampleExperiment(pools, { train: 10, validation: 5, seed }).train[0]) times[i]++;
  }
  assert.ok(times.every((count) => Math.abs(count - 250) < 70), `${times}`);
});

Deno.test("groups come one image each before any comes twice", () => {
  const { train } = sampleExperiment([plain("a", 40), plain("b", 40)], { train: 15, validation: 5, seed: 3 });
  assert.equal(new Set(Array.from(train[0], (i) => i >> 1)).size, 15);
});

Deno.test("what cannot be sampled is a clear error", () => {
  const [a, b] = [plain("a", 40), plain("b", 30)];
  const sizes = { train: 10, validation: 5, seed: 0 };
  assert.throws(() => sampleExperiment([a], sizes), /two or more datasets.*it has 1 \(a\)/);
  assert.throws(() => sampleExperiment([a, a], sizes), /"a" is given twice/);
  assert.throws(
    () => sampleExperiment([a, b], { ...sizes, train: 25 }),
    /25 training images are asked for, but b has 20 left \(of 30\).*ask for 20 training images at most/,
  );
  assert.throws(
    () => sampleExperiment([a, b], { ...sizes, validation: 16 }),
    /16 validation images are asked for, but b has 15 .*\(of 30 images\); ask for 7/,
  );
  assert.throws(() => sampleExperiment([a, b], { ...sizes, train: 0 }), /number of train images is 0/);
  assert.throws(() => sampleExperiment([a, b], { ...sizes, seed: 0.5 }), /seed is 0.5/);
});

/** Three made-up libraries of 600 images, two to a group. */
const libraries = ["a", "b", "c"].map((name): Listed => ({
  name,
  images: Array.from({ length: 600 }, (_, i) => ({
    key: `${i}`,
    group: `${name}/${i >> 1}`,
    sha256: `${name}${i}`,
    perceptualHash: `${name}${i}`,
  })),
}));

/** The part of their union that a reference means, as a pool has it. */
const partOf = (name: string): Listed => ({
  name,
  images: libraries.flatMap((library) =>
    library.images.filter((image) => isMeant(image, parseReference(name)))
      .map((image) => ({ ...image, key: `${library.name}/${image.key}`, dataset: library.name }))
  ),
});
const thirds = [1, 2, 3].map((part) => partOf(`a+b+c#${part}/3`));

Deno.test("a part of a union gives as many images of each dataset, one of each in turn", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 60 }),
      fc.nat(50),
      (train, validation, seed) => {
        const sample = sampleExperiment(thirds, { train, validation, seed });
        const totals = { a: 0, b: 0, c: 0 } as Record<string, number>;
        for (const chosen of [sample.train, sample.validation]) {
          chosen.forEach((indices, d) => {
            const datasets = Array.from(indices, (i) => thirds[d].images[i].dataset!);
            for (let begin = 0; begin + 3 <= datasets.length; begin += 3) {
              assert.equal(new Set(datasets.slice(begin, begin + 3)).size, 3);
            }
            if (chosen === sample.train) { for (const name of datasets) totals[name]++; }
          });
        }
        assert.deepEqual(totals, { a: train, b: train, c: train }, "what is left over is dealt in turn too");
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("all images of a union's parts can be told apart by their dataset: as many of each", () => {
  const { train, validation } = sampleExperiment(thirds, { train: 50, validation: 20, seed: 1 });
  for (const [indices, each] of [[train, 50], [validation, 20]] as const) {
    const labels = originLabels(thirds, indices, ["a", "b", "c"]);
    labels.forEach((own, d) =>
      own.forEach((label, i) => assert.equal("abc"[label], thirds[d].images[indices[d][i]].dataset))
    );
    const all = labels.flatMap((own) => [...own]);
    assert.deepEqual([0, 1, 2].map((label) => all.filter((l) => l === label).length), [each, each, each]);
  }
});

Deno.test("a part of a union is sampled by the ranks of its datasets alone", () => {
  const sizes = { train: 60, validation: 1, seed: 3 };
  const [chosen] = keysOf(thirds, sampleExperiment(thirds, sizes).train);
  const own = libraries.map((library) => ({
    name: library.name,
    images: library.images.filter((image) => isMeant(image, parseReference("a#1/3"))),
  }));
  const alone = keysOf(own, sampleExperiment(own, { ...sizes, train: 20 }).train);
  own.forEach(({ name }, d) => {
    const ofUnion = chosen.filter((key) => key.startsWith(`${name}/`)).map((key) => key.slice(2));
    // All but the one or two that the other has set aside to validate on.
    assert.ok(ofUnion.filter((key) => alone[d].includes(key)).length >= 18, name);
  });
});

Deno.test("a part of a union that runs out of one dataset says how many images there are", () => {
  const lacking = thirds.map((part) => ({
    ...part,
    images: part.images.filter(({ dataset, key }) => dataset !== "b" || Number(key.slice(2)) < 60),
  }));
  assert.throws(
    () => sampleExperiment(lacking, { train: 100, validation: 3, seed: 0 }),
    /a\+b\+c#\d\/3 has \d+ left .*ask for \d+ training images at most/,
  );
});
