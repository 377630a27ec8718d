import type { Random } from "../../stats/mod.ts";
import { type Box, clip8, type PackedImage, roundHalfEven } from "../image.ts";
import { IMAGENET_STD, MEAN_COLOR } from "../color.ts";
import type { GroupParameter, ValueOf } from "../parameters.ts";
import { transform } from "./transform.ts";

/** The field of an augmentation. */
const erase = {
  type: "group",
  does: "rectangles that are erased",
  default: null,
  parameters: {
    probability: { type: "number", least: 0, most: 1, does: "of an image to be erased in" },
    mode: {
      type: "choice",
      choices: ["const", "rand", "pixel"],
      does: "filled with ImageNet's mean colour, or with random colours, one a rectangle or one a pixel",
    },
    area: {
      type: "interval",
      above: 0,
      most: 1,
      does: "least and greatest share of the image's area, divided among the rectangles; timm: 0.02 to 1/3",
    },
    count: { type: "number", least: 1, whole: true, does: "rectangles an image; timm: 1" },
  },
} as const satisfies GroupParameter;

/** The arguments of timm's `RandomErasing`. */
type RandomErasing = ValueOf<typeof erase>;

/** An example of one way to fill. */
const filled = (mode: RandomErasing["mode"], does: string) => ({
  name: `RandomErasing ${mode}`,
  does,
  settings: { erase: { probability: 1, mode, area: [0.02, 1 / 3] as [number, number], count: 1 } },
});

/** Random erasing (Zhong et al. 2020) with timm's parameters. */
export const randomErasing = transform({
  name: "RandomErasing",
  kind: "erasing",
  does: "fills rectangles",
  source: "Zhong et al. 2020, timm RandomErasing",
  parameters: { erase },
  isOn: ({ erase }) => erase !== null,
  apply(image, { erase }, random) {
    if (erase) eraseRectangles(image, erase, random);
  },
  examples: [
    filled("const", "fills a rectangle with ImageNet's mean colour"),
    filled("rand", "fills a rectangle with one random colour"),
    filled("pixel", "fills a rectangle with random colours, pixel by pixel"),
  ],
});

/** The standard deviation in 8 bits; of a grey image the mean of the three. */
const COLOR_STD: Record<number, readonly number[]> = {
  1: [255 * (IMAGENET_STD[0] + IMAGENET_STD[1] + IMAGENET_STD[2]) / 3],
  3: IMAGENET_STD.map((std) => 255 * std),
};

/** Aspect ratios reach from this to its reciprocal (timm's `min_aspect`). */
const LEAST_ASPECT = 0.3;

/**
 * Erases rectangles of an image in place, with `probability`. timm's `RandomErasing` works on normalised
 * values: its random colours are normal with ImageNet's mean and standard deviation. Here they are rounded
 * and cut off to 8 bits.
 */
export function eraseRectangles(image: PackedImage, erasing: RandomErasing, random: Random): void {
  if (random.uniform() >= erasing.probability) return;
  for (let i = 0; i < erasing.count; i++) {
    const box = erasedBox(image, erasing, random);
    if (box) fill(image, box, erasing.mode, random);
  }
}

/** A random rectangle within the image; undefined after ten misses, as timm. */
function erasedBox(
  { height, width }: PackedImage,
  { area, count }: RandomErasing,
  random: Random,
): Box | undefined {
  const [low, high] = [Math.log(LEAST_ASPECT), -Math.log(LEAST_ASPECT)];
  for (let tries = 0; tries < 10; tries++) {
    const target = (area[0] + (area[1] - area[0]) * random.uniform()) * height * width / count;
    const aspect = Math.exp(low + (high - low) * random.uniform());
    const h = roundHalfEven(Math.sqrt(target * aspect));
    const w = roundHalfEven(Math.sqrt(target / aspect));
    if (w >= width || h >= height) continue;
    const top = random.below(height - h + 1);
    return { left: random.below(width - w + 1), top, width: w, height: h };
  }
  return undefined;
}

function fill(
  { pixels, width, channels }: PackedImage,
  box: Box,
  mode: RandomErasing["mode"],
  random: Random,
): void {
  const [mean, std] = [MEAN_COLOR[channels], COLOR_STD[channels]];
  const drawn = (c: number) => clip8(Math.round(mean[c] + std[c] * random.normal()));
  const even = mean.map((value, c) => mode === "rand" ? drawn(c) : value);
  for (let y = box.top; y < box.top + box.height; y++) {
    let p = (y * width + box.left) * channels;
    for (let x = 0; x < box.width; x++) {
      for (let c = 0; c < channels; c++) pixels[p++] = mode === "pixel" ? drawn(c) : even[c];
    }
  }
}
