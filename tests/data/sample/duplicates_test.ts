import assert from "node:assert/strict";
import fc from "fast-check";
import sharp from "sharp";
import { countDuplicates, openPools, sampleExperiment } from "../../../src/data/mod.ts";
import { NearDuplicates } from "../../../src/data/sample/duplicates.ts";
import { duplicateGroups } from "~/data/sample/sample.ts";
import { random } from "../../../src/stats/mod.ts";
import { filesOnDisk, photoManifest } from "../../made/data/photo_files.ts";

const anyHash = fc.uint8Array({ minLength: 64, maxLength: 64 }).map((bytes) => bytes.toHex());

/** The hash with some bits turned. */
function turned(hash: string, bits: readonly number[]): string {
  const bytes = Uint8Array.fromHex(hash);
  for (const bit of bits) bytes[bit >> 3] ^= 1 << (bit & 7);
  return bytes.toHex();
}

function alike(hashes: string[], found: (a: number, b: number) => void): void {
  const photographs = new NearDuplicates(hashes.length);
  hashes.forEach((perceptualHash, i) => photographs.add(i, { perceptualHash, photograph: true }));
  photographs.pairs(found);
}

function pairsOf(hashes: string[]): Set<string> {
  const pairs = new Set<string>();
  alike(hashes, (a, b) => pairs.add(`${Math.min(a, b)} ${Math.max(a, b)}`));
  return pairs;
}

Deno.test("hashes that differ in a few bits are found among others, those that differ in many are not", () => {
  const few = fc.uniqueArray(fc.nat(511), { minLength: 0, maxLength: 10 });
  fc.assert(
    fc.property(fc.array(anyHash, { minLength: 2, maxLength: 30 }), few, fc.nat(), (hashes, bits, at) => {
      const pairs = pairsOf([...hashes, turned(hashes[at % hashes.length], bits)]);
      assert.ok(pairs.has(`${at % hashes.length} ${hashes.length}`));
      const many = Array.from({ length: 60 }, (_, i) => (8 * i + 3) % 512);
      assert.equal(pairsOf([hashes[0], turned(hashes[0], many)]).size, 0);
    }),
  );
});

Deno.test("pairs that differ in 20 bits are all found, of those in 40 bits nine of ten at least, of those in 41 none", () => {
  const draw = random(1);
  const found = new Map([[20, 0], [40, 0], [41, 0]]);
  for (let trial = 0; trial < 300; trial++) {
    const hash = Uint8Array.from({ length: 64 }, () => draw.below(256)).toHex();
    const order = Array.from({ length: 512 }, (_, i) => i).sort(() => draw.uniform() - 0.5);
    for (const [bits, times] of found) {
      found.set(bits, times + pairsOf([hash, turned(hash, order.slice(0, bits))]).size);
    }
  }
  assert.deepEqual([found.get(20), found.get(41)], [300, 0]);
  assert.ok(found.get(40)! >= 270, `${found.get(40)} of 300`);
});

Deno.test("whatever is found is near, and whatever must be found is: by a count of its own", () => {
  const bitsOf = (hash: string) =>
    [...Uint8Array.fromHex(hash)].flatMap((byte) => [...byte.toString(2).padStart(8, "0")]);
  const turns = fc.array(fc.uniqueArray(fc.nat(511), { maxLength: 60 }), { minLength: 2, maxLength: 12 });
  fc.assert(
    fc.property(anyHash, turns, (hash, turns) => {
      const hashes = turns.map((bits) => turned(hash, bits));
      const bits = hashes.map(bitsOf);
      const pairs = pairsOf(hashes);
      for (let b = 0; b < bits.length; b++) {
        for (let a = 0; a < b; a++) {
          const differing = bits[a].filter((bit, i) => bit !== bits[b][i]).length;
          const set = bits[a].filter((bit, i) => bit === "1" || bits[b][i] === "1").length;
          const near = differing <= set / 6;
          if (pairs.has(`${a} ${b}`)) assert.ok(near && differing <= 40, `${differing} of ${set} bits`);
          else assert.ok(!near || differing > 20, `${differing} of ${set} bits`);
        }
      }
    }),
  );
});

Deno.test("images with little in them are near only when they agree in nearly all of it", () => {
  const little = (count: number) => turned("00".repeat(64), Array.from({ length: count }, (_, i) => i * 7));
  assert.equal(pairsOf([little(30), turned(little(30), [1, 3, 5])]).size, 1);
  assert.equal(pairsOf([little(30), turned(little(30), [1, 2, 3, 4, 5, 8, 9, 10, 11])]).size, 0);
});

Deno.test("the work stays in proportion: 10,000 equal hashes take no more pairs than 32 an image and band", () => {
  let pairs = 0;
  alike(Array(10_000).fill("0f".repeat(64)), () => pairs++);
  assert.ok(pairs <= 10_000 * 32 * 21 && pairs > 10_000);
});

Deno.test("drawings are tied by equal hashes alone, photographs by nearly equal ones", () => {
  const hash = "3c".repeat(64);
  const image = (perceptualHash: string, name: string) => ({ group: name, sha256: name, perceptualHash });
  const drawings = [image(hash, "a"), image(turned(hash, [5]), "b"), image(hash, "c")];
  assert.deepEqual([...duplicateGroups([drawings])[0]], [0, 1, 0]);
  const photographs = drawings.map((drawing) => ({ ...drawing, photograph: true as const }));
  assert.deepEqual([...duplicateGroups([photographs])[0]], [0, 0, 0]);
  assert.deepEqual([...duplicateGroups([[photographs[0]], [drawings[1]]])].map((c) => [...c]), [[0], [1]]);
});

/** A smooth picture of its own for every number, 96 px wide. */
function picture(number: number) {
  const draw = random(7, number);
  const waves = Array.from(
    { length: 12 },
    () => [draw.uniform() / 4, draw.uniform() / 4, draw.uniform() * 6, draw.below(3)],
  );
  const pixels = Uint8Array.from({ length: 96 * 72 * 3 }, (_, i) => {
    const [x, y, c] = [Math.floor(i / 3) % 96, Math.floor(i / 288), i % 3];
    return 128 +
      waves.reduce((sum, [u, v, at, of]) => sum + (of === c ? 35 : 12) * Math.sin(u * x + v * y + at), 0) / 2;
  });
  return sharp(pixels, { raw: { width: 96, height: 72, channels: 3 } });
}

Deno.test("a photograph that comes again, smaller or compressed more, in this or another dataset, stays on one side and is counted", async () => {
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < 30; i++) files[`a/${i}.png`] = await picture(i).png().toBuffer();
  for (let i = 30; i < 54; i++) files[`b/${i}.png`] = await picture(i).png().toBuffer();
  for (let i = 0; i < 6; i++) {
    files[`b/again-${i}.jpg`] = await picture(i).resize(72).jpeg({ quality: 60 }).toBuffer();
  }
  for (let i = 6; i < 10; i++) files[`a/again-${i}.jpg`] = await picture(i).jpeg({ quality: 40 }).toBuffer();
  using folder = filesOnDisk({
    ...files,
    "a.json": photoManifest("a", { type: "folder", path: "a" }, 34),
    "b.json": photoManifest("b", { type: "folder", path: "b" }, 30),
  });
  const pools = await openPools(["a", "b"], { manifests: folder.url, root: `${folder.path}/data` });
  try {
    assert.deepEqual(countDuplicates(pools), [
      { datasets: ["a", "a"], equal: 0, alike: 4 },
      { datasets: ["a", "b"], equal: 0, alike: 6 },
    ]);
    for (let seed = 0; seed < 10; seed++) {
      const { train, validation } = sampleExperiment(pools, { train: 12, validation: 8, seed });
      const numbers = (chosen: Int32Array[]) =>
        chosen.flatMap((indices, p) =>
          Array.from(indices, (i) => pools[p].images.at(i)!.key.replace("again-", ""))
        );
      const held = new Set(numbers(validation));
      assert.ok(numbers(train).every((number) => !held.has(number)), `seed ${seed}`);
    }
  } finally {
    for (const pool of pools) pool[Symbol.dispose]();
  }
});
