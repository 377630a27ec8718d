import assert from "node:assert/strict";
import fc from "fast-check";
import { corrupt, CORRUPTIONS, gaussianNoise } from "../../src/images/corruptions.ts";
import {
  checkCorruption,
  type Corruption,
  corruptionName,
  corruptionSizes,
  corruptionStrength,
  PAPER_CORRUPTIONS,
  scaleCorruption,
} from "../../src/images/mod.ts";
import { random } from "../../src/stats/mod.ts";
import { copyOf, greyAndColour } from "../made/images/images.ts";

Deno.test("blur, jitter and low resolution treat grey content alike in grey and in RGB", () => {
  const fixed: Corruption[] = [
    { name: "color-jitter", strength: 1, seed: 0 },
    { name: "gaussian-blur", radius: 1.7 },
    { name: "low-resolution", size: 3 },
  ];
  fc.assert(fc.property(greyAndColour, fc.nat(), ([grey, colour], seed) => {
    for (const corruption of fixed) {
      const [one, three] = [copyOf(grey), copyOf(colour)];
      corrupt(one, corruption, random(seed));
      corrupt(three, corruption, random(seed));
      const spread = Uint8Array.from(three.pixels, (_, i) => one.pixels[Math.floor(i / 3)]);
      assert.deepEqual(three.pixels, spread, corruption.name);
    }
  }));
});

Deno.test("noise has the standard deviation that is asked for, where nothing is cut off", () => {
  const image = { pixels: new Uint8Array(40000).fill(128), width: 200, height: 200, channels: 1 };
  gaussianNoise(image, 0.1, random(1));
  const mean = image.pixels.reduce((sum, value) => sum + value, 0) / 40000;
  const variance = image.pixels.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 40000;
  assert.ok(Math.abs(mean - 128) < 0.6 && Math.abs(Math.sqrt(variance) - 25.5) < 0.5, `${mean} ${variance}`);
});

Deno.test("the paper's corruptions scale with the picture, and faults are named", () => {
  const at64 = PAPER_CORRUPTIONS.map((corruption) => scaleCorruption(corruption, 64));
  assert.deepEqual(at64.slice(2, 3), PAPER_CORRUPTIONS.slice(2, 3));
  assert.deepEqual(at64.slice(4), [
    { name: "gaussian-blur", radius: 0.75 },
    { name: "gaussian-blur", radius: 1.25 },
    { name: "low-resolution", size: 16 },
    { name: "low-resolution", size: 8 },
  ]);
  assert.throws(() => checkCorruption({ name: "gaussian-blur", radius: -1 }), /corruption\.radius is -1/);
  assert.throws(
    () => checkCorruption({ name: "gaussian-noise", std: NaN, seed: 0 }),
    /corruption\.std is NaN/,
  );
  assert.throws(() => checkCorruption({ name: "low-resolution", size: 0.5 }), /corruption\.size is 0\.5/);
});

Deno.test("a kind of Table 5 has two strengths there, the weaker first, with names of their own", () => {
  assert.equal(PAPER_CORRUPTIONS.length, 8);
  for (const { name, paper } of CORRUPTIONS) {
    if (paper.length === 0) continue; // The paper does not have this kind.
    assert.equal(paper.length, 2, name);
    const [weaker, stronger] = paper.map((settings) => ({ name, ...settings }) as Corruption);
    assert.ok(corruptionStrength(weaker) < corruptionStrength(stronger), name);
  }
  assert.equal(new Set(PAPER_CORRUPTIONS.map(corruptionName)).size, 8);
});

Deno.test("corruptionSizes: what is measured in px, and nothing else", () => {
  assert.deepEqual(PAPER_CORRUPTIONS.slice(2).map(corruptionSizes), [
    {},
    {},
    { radius: 3 },
    { radius: 5 },
    { size: 64 },
    { size: 32 },
  ]);
});

Deno.test("a corruption that there is not, or without a seed, is named", () => {
  const fog = { name: "fog" } as unknown as Corruption;
  assert.throws(() => checkCorruption(fog), /corruption\.name is "fog"; it must be one of color-jitter, /);
  const seedless = { name: "gaussian-noise", std: 0.2 } as Corruption;
  assert.throws(() => checkCorruption(seedless), /corruption\.seed is undefined; it must be a whole number/);
});
