import assert from "node:assert/strict";
import {
  type Augmentation,
  augmentationIdentity,
  augmentationNames,
  isAugmented,
  makeAugment,
  type PackedImage,
  randomCrop,
  resizeAndCentreCrop,
} from "../../../src/images/mod.ts";
import { colorJitter } from "../../../src/images/transforms/color_jitter.ts";
import { horizontalFlip } from "../../../src/images/transforms/horizontal_flip.ts";
import { randAugment } from "../../../src/images/transforms/rand_augment.ts";
import { randomErasing } from "../../../src/images/transforms/random_erasing.ts";
import { randomResizedCrop } from "../../../src/images/transforms/random_resized_crop.ts";
import { random } from "../../../src/stats/mod.ts";

const all = {
  ...randomCrop,
  interpolation: "random",
  randAugment: "rand-m9-mstd0.5-inc1",
  colorJitter: { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 },
  erase: { probability: 0.5, mode: "pixel", area: [0.02, 0.33], count: 1 },
} satisfies Augmentation;

const none: Augmentation = { ...randomCrop, crop: "none", flip: 0 };

function textured(seed: number): PackedImage {
  const stream = random(seed, 7);
  const pixels = Uint8Array.from({ length: 30 * 24 * 3 }, () => stream.below(256));
  return { pixels, width: 30, height: 24, channels: 3 };
}

const square = (): PackedImage => ({
  pixels: new Uint8Array(16 * 16 * 3),
  width: 16,
  height: 16,
  channels: 3,
});

Deno.test("the transforms are applied in timm's order, all with one stream", () => {
  const augment = makeAugment(all);
  for (let seed = 0; seed < 20; seed++) {
    const [image, seen, expected, stream] = [textured(seed), square(), square(), random(seed)];
    augment(image, seen, random(seed));
    for (const { apply } of [randomResizedCrop, horizontalFlip, randAugment, colorJitter, randomErasing]) {
      (apply as (...all: unknown[]) => void)(expected, all, stream, image);
    }
    assert.deepEqual(seen, expected);
  }
});

Deno.test("a transform that is off leaves the stream to the others as it was; a flip always draws", () => {
  const stream = random(3);
  makeAugment({ ...none, randAugment: null, colorJitter: null, erase: null })(textured(1), square(), stream);
  const flipAlone = random(3);
  flipAlone.uniform();
  assert.equal(stream.uniform(), flipAlone.uniform());
});

Deno.test("without a crop the augmentation's filter resizes, as at inference; random is bilinear there", () => {
  const filters = { bilinear: "bilinear", bicubic: "bicubic", random: "bilinear" } as const;
  for (const [interpolation, filter] of Object.entries(filters)) {
    const [seen, expected] = [square(), square()];
    makeAugment({ ...none, interpolation: interpolation as keyof typeof filters })(
      textured(2),
      seen,
      random(1),
    );
    resizeAndCentreCrop(textured(2), 16, expected.pixels, filter);
    assert.deepEqual(seen, expected, interpolation);
  }
});

Deno.test("an augmentation is on where any of its transforms is", () => {
  assert.equal(isAugmented(none), false);
  assert.equal(isAugmented({ ...none, interpolation: "random", erase: null, randAugment: undefined }), false);
  for (const field of ["crop", "flip", "randAugment", "colorJitter", "erase"] as const) {
    assert.equal(isAugmented({ ...none, [field]: all[field] }), true, field);
  }
});

Deno.test("the names of Table 4 are of what is on", () => {
  assert.deepEqual(augmentationNames(none), []);
  assert.deepEqual(augmentationNames({ ...none, flip: 0.5, erase: all.erase }), []);
  assert.deepEqual(augmentationNames(all), ["RandCrop", "RandAug"]);
});

Deno.test("an augmentation's identity leaves out what its absence says", () => {
  const spelt = { ...randomCrop, interpolation: "bilinear", randAugment: null, colorJitter: null } as const;
  assert.deepEqual(augmentationIdentity({ ...spelt, erase: undefined }), randomCrop);
  assert.deepEqual(augmentationIdentity(none), none);
  assert.deepEqual(augmentationIdentity(all), all);
});
