import fc from "fast-check";
import type { PackedImage } from "../../../src/images/mod.ts";

/** A copy with pixels of its own. */
export function copyOf(image: PackedImage): PackedImage {
  return { ...image, pixels: image.pixels.slice() };
}

function imageOf(channels: number): fc.Arbitrary<PackedImage> {
  return fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 })).chain(
    ([width, height]) => {
      const length = width * height * channels;
      return fc.uint8Array({ minLength: length, maxLength: length })
        .map((pixels) => ({ pixels, width, height, channels }));
    },
  );
}

/** Grey and RGB images of 1 x 1 to 12 x 12 px. */
export const anyImage: fc.Arbitrary<PackedImage> = fc.oneof(imageOf(1), imageOf(3));

/** A grey image, and the same as RGB. */
export const greyAndColour: fc.Arbitrary<[PackedImage, PackedImage]> = imageOf(1).map((grey) => [
  grey,
  {
    ...grey,
    channels: 3,
    pixels: Uint8Array.from({ length: grey.pixels.length * 3 }, (_, i) => grey.pixels[Math.floor(i / 3)]),
  },
]);
