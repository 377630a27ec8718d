import assert from "node:assert/strict";
import fc from "fast-check";
import { duplicateGroups } from "~/data/sample/sample.ts";
import { listedDatasets } from "../../made/data/made_up_pools.ts";

Deno.test("images that share a tie are in one component; a component is held together by ties", () => {
  fc.assert(fc.property(listedDatasets, (datasets) => {
    const images = datasets.flatMap((dataset) => dataset.images);
    const numbers = duplicateGroups(datasets.map((dataset) => dataset.images)).flatMap((part) => [...part]);
    for (const tie of ["group", "sha256", "perceptualHash"] as const) {
      for (const members of Map.groupBy(images.keys(), (i) => images[i][tie]).values()) {
        assert.equal(new Set(members.map((i) => numbers[i])).size, 1);
      }
    }
    for (const members of Map.groupBy(images.keys(), (i) => numbers[i]).values()) {
      const reached = new Set([members[0]]);
      for (const i of reached) {
        for (const j of members) {
          const tied = images[i].group === images[j].group || images[i].sha256 === images[j].sha256 ||
            images[i].perceptualHash === images[j].perceptualHash;
          if (tied) reached.add(j);
        }
      }
      assert.equal(reached.size, members.length);
    }
  }));
});

Deno.test("ties lead across datasets and along chains", () => {
  const image = (group: string, sha256: string, perceptualHash: string) => ({
    group,
    sha256,
    perceptualHash,
  });
  const numbers = duplicateGroups([[image("a", "1", "x"), image("b", "2", "y")], [
    image("c", "2", "z"),
    image("d", "3", "x"),
  ]]);
  assert.deepEqual(numbers, [Int32Array.of(0, 1), Int32Array.of(1, 0)]);
});
