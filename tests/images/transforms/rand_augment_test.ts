import assert from "node:assert/strict";
import fc from "fast-check";
import { applyRandAugment, parseRandAugment } from "../../../src/images/transforms/rand_augment.ts";
import {
  INCREASING_OPERATIONS,
  RAND_AUGMENT_OPERATIONS,
} from "../../../src/images/transforms/rand_augment_operations.ts";
import { random } from "../../../src/stats/mod.ts";
import { anyImage, copyOf, greyAndColour } from "../../made/images/images.ts";

Deno.test("timm's notation is read, with timm's defaults", () => {
  const { operations, ...paper } = parseRandAugment("rand-m9-mstd0.5-inc1");
  assert.deepEqual(paper, { magnitude: 9, magnitudeStd: 0.5, magnitudeMax: 10, layers: 2, probability: 0.5 });
  assert.equal(operations, INCREASING_OPERATIONS);
  const plain = parseRandAugment("rand");
  assert.deepEqual([plain.magnitude, plain.magnitudeStd, plain.operations], [10, 0, RAND_AUGMENT_OPERATIONS]);
  assert.deepEqual(
    parseRandAugment("rand-n3-p1-m7-mmax8-mstd101-inc0"),
    {
      magnitude: 7,
      magnitudeStd: Infinity,
      magnitudeMax: 8,
      layers: 3,
      probability: 1,
      operations: RAND_AUGMENT_OPERATIONS,
    },
  );
});

Deno.test("what is written is read back, in any order", () => {
  const part = fc.record({
    m: fc.integer({ min: 0, max: 10 }),
    n: fc.integer({ min: 0, max: 15 }),
    mstd: fc.integer({ min: 0, max: 40 }).map((tenths) => tenths / 10),
    p: fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10),
    inc: fc.nat(1),
  });
  fc.assert(fc.property(part, fc.nat(), (values, seed) => {
    const stream = random(seed);
    const sections = Object.entries(values).map(([key, value]) => `${key}${value}`);
    sections.sort(() => stream.uniform() - 0.5);
    const read = parseRandAugment(["rand", ...sections].join("-"));
    assert.deepEqual(
      [read.magnitude, read.layers, read.magnitudeStd, read.probability],
      [values.m, values.n, values.mstd, values.p],
    );
    assert.equal(read.operations, values.inc ? INCREASING_OPERATIONS : RAND_AUGMENT_OPERATIONS);
  }));
});

Deno.test("what cannot be read is named", () => {
  const faults: [string, RegExp][] = [
    ["augmix-m3", /begins with "augmix"/],
    ["", /begins with ""/],
    ["rand-m9-tweights", /"tweights" is not one of its parts.*rand-m9-mstd0\.5-inc1/],
    ["rand-x3", /"x3" is not/],
    ["rand-m", /"m" is not/],
    ["rand-m9-m8", /"m" is given twice/],
    ["rand-m11", /"m11": m is 11; it must be 0 to 10/],
    ["rand-n2.5", /"n2.5": n is 2.5; it must be a whole number, 0 to 15/],
    ["rand-inc2", /"inc2": inc is 2; it must be a whole number, 0 to 1/],
    ["rand-p1.5", /"p1.5": p is 1.5; it must be 0 to 1/],
    ["rand-constructor1", /"constructor1" is not/],
  ];
  for (const [text, message] of faults) assert.throws(() => parseRandAugment(text), message, text);
});

Deno.test("an image changes as its stream says, and grey as RGB on grey content", () => {
  const policy = parseRandAugment("rand-m9-mstd0.5-inc1-n3-p1");
  const plain = { ...policy, operations: policy.operations.filter(({ name }) => !GEOMETRIC.has(name)) };
  fc.assert(fc.property(greyAndColour, fc.nat(), ([grey, colour], seed) => {
    const [once, again] = [copyOf(colour), copyOf(colour)];
    applyRandAugment(once, policy, "random", random(seed));
    applyRandAugment(again, policy, "random", random(seed));
    assert.deepEqual(once, again);
    applyRandAugment(grey, plain, "random", random(seed));
    applyRandAugment(colour, plain, "random", random(seed));
    assert.deepEqual(colour.pixels, Uint8Array.from(colour.pixels, (_, i) => grey.pixels[Math.floor(i / 3)]));
  }));
});

/** What these fill with is a grey in a grey image and a brownish colour in another. */
const GEOMETRIC = new Set(["Rotate", "ShearX", "ShearY", "TranslateXRel", "TranslateYRel"]);

Deno.test("probability 0 and no operations change nothing; at one half, half of the operations are done", () => {
  fc.assert(fc.property(anyImage, fc.nat(), (image, seed) => {
    for (const text of ["rand-p0", "rand-n0"]) {
      const copy = copyOf(image);
      applyRandAugment(copy, parseRandAugment(text), "random", random(seed));
      assert.deepEqual(copy, image);
    }
  }));
  let done = 0;
  const counting = parseRandAugment("rand-n3");
  const operations = [{ ...INCREASING_OPERATIONS[0], apply: () => void done++ }];
  const image = { pixels: new Uint8Array(4), width: 2, height: 2, channels: 1 };
  for (let seed = 0; seed < 1000; seed++) {
    applyRandAugment(image, { ...counting, operations }, "random", random(seed));
  }
  assert.ok(Math.abs(done - 1500) < 110, `${done} of 3000`);
});

Deno.test("magnitudes spread about the given one and are cut off at 0 and the limit", () => {
  const magnitudes: number[] = [];
  const operation = {
    ...INCREASING_OPERATIONS[3],
    argument: (magnitude: number) => (magnitudes.push(magnitude), 0),
  };
  const draw = (text: string) => {
    magnitudes.length = 0;
    const policy = { ...parseRandAugment(text), operations: [operation] };
    const image = { pixels: new Uint8Array(4), width: 2, height: 2, channels: 1 };
    for (let seed = 0; seed < 2000; seed++) applyRandAugment(image, policy, "bilinear", random(seed));
    const mean = magnitudes.reduce((sum, value) => sum + value, 0) / magnitudes.length;
    return { mean, least: Math.min(...magnitudes), most: Math.max(...magnitudes) };
  };
  assert.deepEqual(draw("rand-m9"), { mean: 9, least: 9, most: 9 });
  const spread = draw("rand-m9-mstd0.5");
  assert.ok(
    Math.abs(spread.mean - 9) < 0.06 && spread.most === 10 && spread.least < 8,
    JSON.stringify(spread),
  );
  const even = draw("rand-m8-mstd101");
  assert.ok(Math.abs(even.mean - 4) < 0.25 && even.most < 8 && even.least >= 0, JSON.stringify(even));
});
