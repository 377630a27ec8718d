import assert from "node:assert/strict";
import { type Dropped, duplicateRows, type PoolImage } from "../../../src/data/mod.ts";
import { poolInMemory } from "../../made/data/made_up_pools.ts";

/** A pool whose images have these pixels and hashes, letters each, as `"xh"`. */
function pool(name: string, images: string[], dropped: Partial<Dropped> = {}) {
  const described = images.map(([sha256, perceptualHash], i): PoolImage => ({
    key: `${i}`,
    group: `${name}/${i}`,
    sha256,
    perceptualHash,
  }));
  const made = poolInMemory(name, 0, 8, 1);
  return { ...made, images: described, dropped: { ...made.dropped, ...dropped } };
}

const row = (datasets: string, equal: number, alike: number, leftOut: string) => ({
  datasets,
  "equal pixels": equal,
  "look alike": alike,
  "left out": leftOut,
});

Deno.test("a line for each dataset, and one for each two that share images", () => {
  const failed = (["damaged", "decoder_crashed", "damaged"] as const).map((reason, i) => ({
    key: `${i}`,
    reason,
    detail: "in words",
  }));
  const pools = [
    pool("a", ["xh", "yh", "zi"], { duplicates: 1, failed }),
    pool("b", ["xh", "uj"], { duplicates: 3, blank: 2 }),
    pool("c", ["vk"]),
  ];
  assert.deepEqual(duplicateRows(pools), [
    row("a", 0, 1, "1 duplicate, 2 damaged, 1 decoder crashed"),
    row("b", 0, 0, "3 duplicates, 2 of one colour"),
    row("c", 0, 0, "none"),
    row("a + b", 1, 0, ""),
  ]);
});
