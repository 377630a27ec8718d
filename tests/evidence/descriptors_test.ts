import assert from "node:assert/strict";
import { evidenceOf, sightingOf } from "~/evidence/mod.ts";
import { random } from "~/stats/mod.ts";
import { painted } from "../made/evidence/pictures.ts";

const vectorOf = async (name: string, image: ReturnType<typeof painted>) => {
  using reader = await evidenceOf(name).prepare([], 0);
  return await reader.vectorsOf([sightingOf(image)]);
};

Deno.test("HOG puts a ramp into the direction of its gradient, in every cell", async () => {
  const slope = (degrees: number) => {
    const [dx, dy] = [Math.cos(degrees * Math.PI / 180), Math.sin(degrees * Math.PI / 180)];
    return painted(64, (x, y) => Array(3).fill(128 + 1.9 * (dx * (x - 32) + dy * (y - 32))));
  };
  for (const [degrees, bin] of [[0, 0], [20, 1], [90, 4.5], [160, 8], [180, 0]]) {
    const vector = await vectorOf("hog", slope(degrees));
    assert.equal(vector.length, 576);
    const directions = Array.from(
      { length: 9 },
      (_, d) => vector.filter((_, i) => i % 9 === d).reduce((a, b) => a + b),
    );
    const total = directions.reduce((a, b) => a + b);
    const [below, above] = [directions[Math.floor(bin)], directions[Math.ceil(bin)]];
    assert.ok((bin % 1 ? below + above : below) > total / 2, `${degrees}: ${directions}`);
  }
});

Deno.test("HOG does not depend on brightness, and hardly on contrast", async () => {
  const stream = random(2);
  const noise = Array.from({ length: 64 * 64 }, () => stream.below(60));
  const grey = (factor: number, more: number) =>
    painted(64, (x, y) => Array(3).fill(factor * noise[y * 64 + x] + more));
  const [plain, brighter, stronger] = await Promise.all(
    [grey(1, 20), grey(1, 90), grey(3, 20)].map((image) => vectorOf("hog", image)),
  );
  assert.deepEqual(plain, brighter);
  assert.ok(plain.every((value, i) => Math.abs(value - stronger[i]) < 1e-4));
});

Deno.test("words count local features wherever they lie, and an even picture has none", async () => {
  const squares = (left: number, top: number) =>
    painted(96, (x, y) => Array(3).fill(x >= left && x < left + 20 && y >= top && y < top + 20 ? 250 : 5));
  const training = [squares(20, 20), squares(50, 40)].map((image) => sightingOf(image));
  using reader = await evidenceOf("bag-of-words").prepare(training, 0);
  const vectors = await reader.vectorsOf([...training, sightingOf(painted(96, () => [7, 7, 7]))]);
  const [first, second, even] = [0, 1, 2].map((i) =>
    vectors.subarray(i * reader.columns, (i + 1) * reader.columns)
  );
  const points = (vector: Float32Array) => vector.reduce((sum, root) => sum + root * root, 0);
  assert.ok(points(first) >= 8 && points(second) >= 8);
  assert.ok(Math.abs(points(first) - Math.round(points(first))) < 1e-3);
  assert.equal(points(even), 0);
});

Deno.test("a vocabulary of nothing gives one column of zeros", async () => {
  const even = sightingOf(painted(64, () => [7, 7, 7]));
  using reader = await evidenceOf("bag-of-words").prepare([even], 0);
  assert.equal(reader.columns, 1);
  assert.deepEqual(await reader.vectorsOf([even]), new Float32Array(1));
});
