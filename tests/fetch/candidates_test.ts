import assert from "node:assert/strict";
import fc from "fast-check";
import { createHash } from "node:crypto";
import { type FetchItem, inRankOrder } from "../../src/fetch/candidates.ts";

const items = (keys: string[]): FetchItem[] => keys.map((key) => ({ key, url: `http://a.test/${key}` }));

async function order(list: FetchItem[], seed = 0, capacity = 1000): Promise<string[]> {
  return (await Array.fromAsync(inRankOrder(() => list, seed, capacity))).map(({ key }) => key);
}

/** The same in the plainest way: all hashes, sorted. */
function plainly(keys: string[], seed: number): string[] {
  const hash = (key: string) => createHash("sha256").update(`${seed}\n${key}`).digest("hex");
  return keys.toSorted((a, b) => hash(a) < hash(b) ? -1 : 1);
}

Deno.test("items come by rank of hash(seed, key), whatever the list's order and however few are held in memory", async () => {
  const keys = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(keys, fc.integer({ min: 1, max: 70 }), fc.nat(), async (keys, capacity, seed) => {
      assert.deepEqual(await order(items(keys), seed, capacity), plainly(keys, seed));
      assert.deepEqual(await order(items(keys.toReversed()), seed, capacity), plainly(keys, seed));
    }),
  );
});

Deno.test("lines that are there many times count once, however few are held in memory", async () => {
  const keys = fc.array(fc.constantFrom(..."abcdefghij"), { maxLength: 60 });
  await fc.assert(fc.asyncProperty(keys, fc.integer({ min: 1, max: 12 }), async (keys, capacity) => {
    assert.deepEqual(await order(items(keys), 0, capacity), plainly([...new Set(keys)], 0));
  }));
});

Deno.test("a key that stands for several URLs stands for the first of them, in every order of the list", async () => {
  const list = ["c", "a", "b"].flatMap((url) =>
    items(["x", "y"]).map(({ key }) => ({ key, url: `http://${url}.test` }))
  );
  for (const capacity of [1, 2, 100]) {
    for (const lines of [list, list.toReversed()]) {
      const candidates = await Array.fromAsync(inRankOrder(() => lines, 0, capacity));
      assert.deepEqual(candidates.map(({ url }) => url), ["http://a.test", "http://a.test"]);
    }
  }
});

Deno.test("another seed, another order; a list that grows keeps the order of what was there", async () => {
  const keys = Array.from({ length: 50 }, (_, i) => `key ${i}`);
  assert.notDeepEqual(await order(items(keys), 1), await order(items(keys), 2));
  const grown = await order(items([...keys, "new", "newer"]));
  assert.deepEqual(grown.filter((key) => !key.startsWith("new")), await order(items(keys)));
});

Deno.test("a list is read once as long as its items suffice", async () => {
  let readings = 0;
  const list = () => (readings++, items(["a", "b", "c", "d", "e"]));
  const candidates = inRankOrder(list, 0, 3);
  for (let i = 0; i < 3; i++) await candidates.next();
  assert.equal(readings, 1);
  await candidates.next();
  assert.equal(readings, 2);
});

Deno.test("a list that is no list is an error that says where", async () => {
  await assert.rejects(order([{ key: "a", url: "http://a.test" }, { key: "", url: "x" }]), /item 2 .* "key"/);
  await assert.rejects(order([{ key: "a" } as FetchItem]), /item 1 .* "url"/);
});
