/** Every operation against timm's, torchvision's and Pillow's, pixel by pixel. */
import assert from "node:assert/strict";
import { brightness, color, contrast, hue, MEAN_COLOR } from "../../../src/images/color.ts";
import { gaussianBlur } from "../../../src/images/blur.ts";
import { lowResolution } from "../../../src/images/corruptions.ts";
import { type Interpolation, resample } from "~/images/resample.ts";
import type { PackedImage } from "../../../src/images/mod.ts";
import {
  INCREASING_OPERATIONS,
  RAND_AUGMENT_OPERATIONS,
} from "../../../src/images/transforms/rand_augment_operations.ts";
import { readFixture } from "../../reference/fixture.ts";

const fixture = readFixture("transforms");
const bytes = (base64: string) => Uint8Array.fromBase64(base64);

function image(name: string): PackedImage {
  const { channels, pixels } = fixture.images[name];
  return { pixels: bytes(pixels), height: fixture.height, width: fixture.width, channels };
}

function assertSame(actual: Uint8Array, expected: string, what: string): void {
  const wanted = bytes(expected);
  assert.equal(actual.length, wanted.length);
  const worst = actual.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i])), 0);
  assert.equal(worst, 0, `${what}: off by ${worst}`);
}

const operations = new Map([...RAND_AUGMENT_OPERATIONS, ...INCREASING_OPERATIONS].map((op) => [op.name, op]));

Deno.test("RandAugment's operations give timm's pixels", () => {
  for (const { name, image: source, magnitude, sign, interpolation, expected } of fixture.operations) {
    const operation = operations.get(name)!;
    const target = image(source);
    operation.apply(target, operation.argument(magnitude, sign), {
      interpolation: interpolation as Interpolation,
      fill: MEAN_COLOR[target.channels],
    });
    assertSame(target.pixels, expected, `${name} of ${source} at ${sign * magnitude}, ${interpolation}`);
  }
});

Deno.test("RandAugment's arguments are timm's at every magnitude and sign", () => {
  for (const { name, magnitude, sign, argument } of fixture.arguments) {
    const actual = operations.get(name)!.argument(magnitude, sign);
    assert.ok(
      Math.abs(actual - argument) < 1e-12,
      `${name} at ${sign * magnitude}: ${actual}, not ${argument}`,
    );
  }
});

Deno.test("hue, brightness, contrast and saturation are torchvision's", () => {
  for (const { image: source, shift, expected } of fixture.hues) {
    const target = image(source);
    hue(target, shift);
    assertSame(target.pixels, expected, `hue of ${source} by ${shift}`);
  }
  const changes: Record<string, typeof hue> = { brightness, contrast, saturation: color };
  for (const { name, image: source, factor, expected } of fixture.factors) {
    const target = image(source);
    changes[name](target, factor);
    assertSame(target.pixels, expected, `${name} of ${source} by ${factor}`);
  }
});

Deno.test("Gaussian blur is Pillow's, at radii below a pixel and above the image", () => {
  for (const { image: source, radius, expected } of fixture.blurs) {
    const target = image(source);
    gaussianBlur(target, radius);
    assertSame(target.pixels, expected, `blur of ${source} by ${radius}`);
  }
});

Deno.test("bicubic resizing and low resolution are Pillow's", () => {
  for (const { image: source, box, width, height, expected } of fixture.resizes) {
    const from = image(source);
    const out = new Uint8Array(width * height * from.channels);
    resample(from, box, width, height, { left: 0, top: 0, width, height }, out, "bicubic");
    assertSame(out, expected, `${source} to ${width}x${height}`);
  }
  for (const { image: source, size, expected } of fixture.lowResolutions) {
    const target = image(source);
    lowResolution(target, size);
    assertSame(target.pixels, expected, `${source} by way of ${size} px`);
  }
});
