import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { openFeatures } from "../../src/probe/feature_file.ts";
import { selectRows } from "../../src/probe/features.ts";
import { blocksOf, featuresOf } from "../../src/probe/mod.ts";
import { type FeatureRows, storeFeatures } from "../../src/probe/feature_file.ts";

const COLUMNS = 3;
const valuesOf = (rows: number) => Float32Array.from({ length: rows * COLUMNS }, (_, i) => i / 7);
const labelsOf = (rows: number) => Int32Array.from({ length: rows }, (_, i) => i % 4);
const keysOf = (rows: number) => Array.from({ length: rows }, (_, i) => `set/ключ ${i}`);

/** Rows in batches of these sizes. */
async function* batches(...sizes: number[]): AsyncGenerator<FeatureRows> {
  const total = sizes.reduce((a, b) => a + b, 0);
  let row = 0;
  for (const size of sizes) {
    const values = valuesOf(total).subarray(row * COLUMNS, (row + size) * COLUMNS);
    yield await Promise.resolve({ values, labels: labelsOf(total).subarray(row, row += size) });
  }
}

const newFolder = () => join(Deno.makeTempDirSync(), "features");

Deno.test("what was stored in batches is read in any order, as from memory", async () => {
  const folder = newFolder();
  await storeFeatures(folder, "id", keysOf(10), batches(4, 4, 2));
  using stored = openFeatures(folder)!;
  const memory = featuresOf(valuesOf(10), labelsOf(10), keysOf(10));
  const { identity, rows, columns, labels, keys } = stored;
  assert.deepEqual({ identity, rows, columns }, { identity: "id", rows: 10, columns: COLUMNS });
  assert.deepEqual([labels, keys], [memory.labels, memory.keys]);
  fc.assert(fc.property(fc.array(fc.nat(9)), (indices) => {
    assert.deepEqual(stored.read(indices), memory.read(indices));
  }));
  assert.throws(() => stored.read([9, 10]), /There is no row 10; the features have 10/);
  assert.throws(() => memory.read([-1]), /There is no row -1/);
});

Deno.test("the file is safetensors, its data aligned", async () => {
  const folder = newFolder();
  await storeFeatures(folder, "id", keysOf(5), batches(5));
  const bytes = Deno.readFileSync(join(folder, "features.safetensors"));
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  assert.equal(length % 8, 0);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  const [from, to] = header.features.data_offsets;
  assert.deepEqual(new Float32Array(bytes.slice(8 + length + from, 8 + length + to).buffer), valuesOf(5));
  assert.equal(8 + length + header.labels.data_offsets[1], bytes.length);
});

Deno.test("a folder appears when it is whole, and a failure leaves nothing", async () => {
  const folder = newFolder();
  assert.equal(openFeatures(folder), undefined);
  const store = (keys: number, ...sizes: number[]) =>
    storeFeatures(folder, "id", keysOf(keys), batches(...sizes));
  await assert.rejects(() => store(9, 4, 4), /9 keys, but 8 images/);
  await assert.rejects(() => store(7, 4, 4), /7 keys, but more images/);
  await assert.rejects(() => store(0), /0 keys, but 0 images/);
  async function* uneven() {
    yield* batches(2);
    yield await Promise.resolve({ values: new Float32Array(4), labels: labelsOf(2) });
  }
  await assert.rejects(() => storeFeatures(folder, "id", keysOf(4), uneven()), /2 values came after .* of 3/);
  assert.deepEqual([...Deno.readDirSync(join(folder, ".."))], []);
});

Deno.test("damaged features are named with what to do", async () => {
  const folder = newFolder();
  const path = join(folder, "features.safetensors");
  for (const length of [3, 50, 200]) {
    await storeFeatures(folder, "id", keysOf(10), batches(10));
    Deno.truncateSync(path, length);
    assert.throws(() => openFeatures(folder), /features in .* are damaged .*delete the folder/);
  }
});

Deno.test("selected rows are rows, and rows of rows; blocks cover all, in order", () => {
  const features = featuresOf(valuesOf(10), labelsOf(10), keysOf(10));
  const twice = selectRows(selectRows(features, [8, 2, 5]), [2, 0]);
  assert.deepEqual(twice.keys, ["set/ключ 5", "set/ключ 8"]);
  assert.deepEqual([...twice.labels], [1, 0]);
  assert.deepEqual(twice.read([0, 1]), features.read([5, 8]));
  assert.throws(() => twice.read([2]), /There is no row 2/);
  const blocks = [...blocksOf(features, 4)];
  assert.deepEqual(blocks.map(({ begin, rows }) => [begin, rows]), [[0, 4], [4, 4], [8, 2]]);
  assert.deepEqual(blocks.flatMap(({ values }) => [...values]), [...valuesOf(10)]);
});

Deno.test("numbers that make no matrix are said so", () => {
  assert.throws(() => featuresOf(valuesOf(3), labelsOf(2)), /9 values, 2 labels and 2 keys make no matrix/);
  assert.throws(() => featuresOf(valuesOf(3), labelsOf(3), ["a"]), /1 keys make no matrix/);
});
