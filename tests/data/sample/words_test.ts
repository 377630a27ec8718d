import assert from "node:assert/strict";
import { sampleWords } from "../../../src/data/mod.ts";
import type { Listed } from "../../made/data/made_up_pools.ts";

/** Three datasets that draw the same concepts, each in two versions, and concepts of their own. */
function libraries(own = 6): Listed[] {
  const shared = ["arrow-left", "arrow-right", "arrow-up", "arrow-down", "user", "user-plus", "account-box"];
  return ["one", "two", "three"].map((name) => {
    const only = Array.from({ length: own }, (_, i) => [`arrow-${name}${i}`, `user-${name}${i}`]).flat();
    const concepts = [...shared, ...only, "user-arrow-left", "cloud"];
    return {
      name,
      images: concepts.flatMap((concept) =>
        ["", "-fill"].map((version) => ({
          key: `${concept}${version}`,
          group: `${name}/${concept}`,
          sha256: `${name} ${concept}${version}`,
          perceptualHash: `${name} ${concept}${version}`,
        }))
      ),
    };
  });
}

const words = { user: ["user", "account"], arrow: ["arrow"] };
const sizes = { words, trainedOn: ["two"], mostPerWord: 5, validationPerWord: 3, seed: 1 };

/** Name, concept and class of each image of a side. */
function seen(pools: Listed[], { indices, labels }: { indices: Int32Array[]; labels: Int32Array[] }) {
  return indices.flatMap((chosen, p) =>
    Array.from(chosen, (image, i) => {
      const { key, group } = pools[p].images[image];
      return { dataset: pools[p].name, key, concept: group.split("/")[1], label: labels[p][i] };
    })
  );
}

Deno.test("sampleWords: trained on the datasets that are named, validated on as many of each class in all", () => {
  const pools = libraries();
  const sample = sampleWords(pools, sizes);
  assert.deepEqual(sample.names, ["arrow", "user"]);
  const [train, validation] = [seen(pools, sample.train), seen(pools, sample.validation)];
  assert.deepEqual(train.map(({ dataset, label }) => `${dataset} ${label}`), [
    ...Array(5).fill("two 0"),
    ...Array(5).fill("two 1"),
  ]);
  const counts = Map.groupBy(validation, ({ dataset, label }) => `${dataset} ${label}`);
  assert.equal(counts.size, 6);
  for (const of of counts.values()) assert.equal(new Set(of.map(({ concept }) => concept)).size, 3);
  for (const { concept, label } of [...train, ...validation]) {
    assert.equal(label, concept.startsWith("arrow") ? 0 : 1, concept);
  }
});

Deno.test("sampleWords: a concept is on one side over all datasets, and validation is the same for each training", () => {
  const pools = libraries();
  for (let seed = 0; seed < 20; seed++) {
    const all = sampleWords(pools, { ...sizes, seed, mostPerWord: 99, trainedOn: ["one", "two", "three"] });
    const concepts = new Set(seen(pools, all.train).map(({ concept }) => concept));
    const held = seen(pools, all.validation);
    assert.deepEqual(held.filter(({ concept }) => concepts.has(concept)), []);
    const one = sampleWords(pools, { ...sizes, seed, trainedOn: ["one"] });
    assert.deepEqual(seen(pools, one.validation), held);
  }
});

Deno.test("sampleWords: a dataset gets no more images of a class than the one with the fewest", () => {
  const pools = libraries(20);
  pools[2].images = pools[2].images.filter(({ key }) => !/^arrow-three\d|fill/.test(key));
  const sample = sampleWords(pools, { ...sizes, mostPerWord: 99, validationPerWord: 1, trainedOn: ["one"] });
  const arrows = seen(pools, sample.train).filter(({ label }) => label === 0);
  assert.ok(arrows.length >= 1 && arrows.length <= 3, `${arrows.length} of the 4 arrows of "three"`);
});

Deno.test("sampleWords: does not depend on the order of files or of the classes", () => {
  const pools = libraries();
  const turned = pools.map(({ name, images }) => ({ name, images: images.toReversed() }));
  const one = seen(pools, sampleWords(pools, sizes).train);
  const swapped = { arrow: words.arrow, user: words.user };
  const other = seen(turned, sampleWords(turned, { ...sizes, words: swapped }).train);
  assert.deepEqual(other, one);
});

Deno.test("sampleWords: images that resemble one of another class are left out, too few are refused by name", () => {
  const pools = libraries();
  const { images } = pools[0];
  for (const image of images) if (image.key.startsWith("user-one0")) image.sha256 = images[0].sha256;
  const { train, validation } = sampleWords(pools, { ...sizes, mostPerWord: 99, trainedOn: ["one"] });
  const left = [...seen(pools, train), ...seen(pools, validation)].map(({ concept }) => concept);
  assert.ok(!left.includes("user-one0") && !left.includes("arrow-left"));
  assert.throws(
    () => sampleWords(pools, { ...sizes, words: { ...words, cloud: ["cloud"] } }),
    /one has too few images of "cloud" to validate on 3 drawings .* give the class more words/,
  );
});
