import assert from "node:assert/strict";
import fc from "fast-check";
import { rotate, shearX, shearY, translateX, translateY } from "../../../src/images/affine.ts";
import { gaussianBlur } from "../../../src/images/blur.ts";
import { corrupt, CORRUPTIONS, gaussianNoise } from "../../../src/images/corruptions.ts";
import {
  brightness,
  color,
  contrast,
  invert,
  posterize,
  sharpness,
  solarize,
  solarizeAdd,
} from "../../../src/images/color.ts";
import {
  corruptionName,
  imageTransforms,
  type PackedImage,
  PAPER_CORRUPTIONS,
  scaleCorruption,
} from "../../../src/images/mod.ts";
import { jitterColors } from "../../../src/images/transforms/color_jitter.ts";
import { eraseRectangles } from "../../../src/images/transforms/random_erasing.ts";
import { onCopy } from "../../../src/images/transforms/transform.ts";
import { random } from "../../../src/stats/mod.ts";
import { anyImage, copyOf } from "../../made/images/images.ts";

Deno.test("at the setting that says no change, nothing changes", () => {
  const options = { interpolation: "bicubic", fill: [1, 2, 3] } as const;
  const still: Record<string, (image: PackedImage) => void> = {
    brightness: (image) => brightness(image, 1),
    contrast: (image) => contrast(image, 1),
    color: (image) => color(image, 1),
    sharpness: (image) => sharpness(image, 1),
    posterize: (image) => posterize(image, 8),
    solarize: (image) => solarize(image, 256),
    solarizeAdd: (image) => solarizeAdd(image, 0),
    rotate: (image) => rotate(image, 0, options),
    shearX: (image) => shearX(image, 0, options),
    shearY: (image) => shearY(image, 0, { ...options, interpolation: "bilinear" }),
    translateX: (image) => translateX(image, 0, options),
    translateY: (image) => translateY(image, 0, options),
    gaussianBlur: (image) => gaussianBlur(image, 0),
    gaussianNoise: (image) => gaussianNoise(image, 0, random(1)),
    colorJitter: (image) =>
      jitterColors(image, { brightness: 0, contrast: 0, saturation: 0, hue: 0 }, random(1)),
    erasing: (image) =>
      eraseRectangles(image, { probability: 0, mode: "rand", area: [0.5, 0.6], count: 1 }, random(1)),
  };
  fc.assert(fc.property(anyImage, (image) => {
    for (const [name, apply] of Object.entries(still)) {
      const copy = copyOf(image);
      apply(copy);
      assert.deepEqual(copy, image, name);
    }
  }));
});

Deno.test("inverting twice changes nothing; so does moving by whole pixels and back, but at the border", () => {
  fc.assert(fc.property(anyImage, (image) => {
    const copy = copyOf(image);
    invert(copy);
    assert.ok(copy.pixels.every((value, i) => value === 255 - image.pixels[i]));
    invert(copy);
    assert.deepEqual(copy, image);
  }));
  const row = { pixels: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), width: 8, height: 1, channels: 1 };
  translateX(row, 0.25, { interpolation: "bicubic", fill: [99] });
  assert.deepEqual([...row.pixels], [3, 4, 5, 6, 7, 8, 99, 99]);
  translateX(row, -0.25, { interpolation: "bilinear", fill: [99] });
  assert.deepEqual([...row.pixels], [99, 99, 3, 4, 5, 6, 7, 8]);
});

Deno.test("every transform keeps the size, leaves its input as it is and is a function of its stream", () => {
  const sides = fc.tuple(fc.integer({ min: 4, max: 20 }), fc.constantFrom(1, 3), fc.nat());
  fc.assert(
    fc.property(sides, ([side, channels, seed]) => {
      const stream = random(seed);
      const made = () => Uint8Array.from({ length: side * side * channels }, () => stream.below(256));
      const image = { pixels: made(), width: side, height: side, channels };
      const partner = { ...image, pixels: made() };
      const corruptions = PAPER_CORRUPTIONS.map((corruption) => ({
        name: corruptionName(corruption),
        example: onCopy((copy, random) => corrupt(copy, scaleCorruption(corruption, side), random)),
      }));
      for (const { name, example } of [...imageTransforms, ...corruptions]) {
        const kept = copyOf(image);
        const out = example(image, random(seed, 1), partner);
        assert.deepEqual(image, kept, name);
        assert.deepEqual([out.width, out.height, out.channels], [side, side, channels], name);
        assert.equal(out.pixels.length, image.pixels.length, name);
        assert.deepEqual(example(image, random(seed, 1), partner), out, name);
      }
    }),
    { numRuns: 20 },
  );
});

Deno.test("the lists name each transform and each kind of corruption once and say what it is", () => {
  for (const list of [imageTransforms, CORRUPTIONS]) {
    const names = list.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const { name, does, parameters, source } of list) assert.ok(does && parameters && source, name);
  }
});

Deno.test("erasing takes the asked share, in rectangles, filled as the mode says", () => {
  const blank = (channels: number) => ({
    pixels: new Uint8Array(64 * 64 * channels).fill(255),
    width: 64,
    height: 64,
    channels,
  });
  let area = 0;
  for (let seed = 0; seed < 400; seed++) {
    const image = blank(3);
    eraseRectangles(image, { probability: 1, mode: "const", area: [0.1, 0.3], count: 1 }, random(seed));
    const erased = image.pixels.filter((value, i) => i % 3 === 0 && value !== 255).length;
    assert.ok(image.pixels.every((value, i) => value === 255 || value === [124, 116, 104][i % 3]));
    area += erased / 64 ** 2 / 400;
  }
  assert.ok(Math.abs(area - 0.2) < 0.02, `mean share ${area}`);
  const kinds = (mode: "rand" | "pixel", channels: number) => {
    const image = blank(channels);
    eraseRectangles(image, { probability: 1, mode, area: [0.2, 0.3], count: 1 }, random(9));
    return new Set(image.pixels).size;
  };
  assert.ok(kinds("rand", 3) <= 4 && kinds("rand", 1) <= 2);
  assert.ok(kinds("pixel", 3) > 50 && kinds("pixel", 1) > 50);
  const erasures = Array.from({ length: 1000 }, (_, seed) => {
    const image = blank(1);
    eraseRectangles(image, { probability: 0.25, mode: "const", area: [0.1, 0.3], count: 2 }, random(seed));
    return image.pixels.some((value) => value !== 255);
  }).filter(Boolean).length;
  assert.ok(Math.abs(erasures - 250) < 60, `${erasures} of 1000`);
});

Deno.test("jittered factors fill torchvision's ranges, and the order varies", () => {
  const means = Array.from({ length: 2000 }, (_, seed) => {
    const image = { pixels: Uint8Array.of(100, 100), width: 2, height: 1, channels: 1 };
    jitterColors(image, { brightness: 0.4, contrast: 0, saturation: 0, hue: 0 }, random(seed));
    return image.pixels[0] / 100;
  });
  assert.ok(Math.min(...means) >= 0.59 && Math.min(...means) < 0.62, `${Math.min(...means)}`);
  assert.ok(Math.max(...means) <= 1.4 && Math.max(...means) > 1.38, `${Math.max(...means)}`);
  const results = Array.from({ length: 60 }, (_, seed) => {
    const image = { pixels: Uint8Array.of(10, 120, 200, 90, 30, 60), width: 2, height: 1, channels: 3 };
    jitterColors(image, { brightness: 0.8, contrast: 0.8, saturation: 0.8, hue: 0.2 }, random(seed));
    return image.pixels.join();
  });
  assert.ok(new Set(results).size > 50);
});
