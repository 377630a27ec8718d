import assert from "node:assert/strict";
import fc from "fast-check";
import { makeAugment, type PackedImage } from "../../../src/images/mod.ts";
import { moveBy } from "../../../src/images/transforms/random_shift.ts";
import { random } from "../../../src/stats/mod.ts";
import { anyImage, copyOf } from "../../made/images/images.ts";

const at = ({ pixels, width, channels }: PackedImage, x: number, y: number) =>
  Array.from(pixels.subarray((y * width + x) * channels, (y * width + x + 1) * channels));

Deno.test("an image moves by whole pixels, and its edge fills what comes in (torchvision's padding mode edge)", () => {
  fc.assert(
    fc.property(
      anyImage,
      fc.integer({ min: -9, max: 9 }),
      fc.integer({ min: -9, max: 9 }),
      (image, right, down) => {
        const moved = copyOf(image);
        moveBy(moved, right, down);
        const clamp = (value: number, most: number) => Math.min(Math.max(value, 0), most - 1);
        for (let y = 0; y < image.height; y++) {
          for (let x = 0; x < image.width; x++) {
            assert.deepEqual(
              at(moved, x, y),
              at(image, clamp(x - right, image.width), clamp(y - down, image.height)),
            );
          }
        }
      },
    ),
  );
});

Deno.test("shifts are uniform over the padding, and off they draw nothing", () => {
  const side = 16;
  const pixels = new Uint8Array(side * side).fill(255);
  pixels[8 * side + 8] = 0;
  const stored: PackedImage = { pixels, width: side, height: side, channels: 1 };
  const placeOf = (shift: number, seed: number) => {
    const seen = { ...stored, pixels: new Uint8Array(side * side) };
    makeAugment({ crop: "none", scale: [1, 1], ratio: [1, 1], flip: 0, shift })(stored, seen, random(seed));
    const dark = seen.pixels.indexOf(Math.min(...seen.pixels));
    return [dark % side, Math.floor(dark / side)];
  };
  const centre = placeOf(0, 1);
  const places = Array.from({ length: 400 }, (_, seed) => placeOf(0.125, seed));
  for (const axis of [0, 1]) {
    const moves = places.map((place) => place[axis] - centre[axis]);
    assert.deepEqual([...new Set(moves)].sort((a, b) => a - b), [-2, -1, 0, 1, 2]);
  }
});
