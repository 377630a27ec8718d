/** The transforms of one image as the registry lists them; the whole registry is `transforms` of src/train. */
import type { Random } from "../stats/mod.ts";
import { colorJitter } from "./transforms/color_jitter.ts";
import { corrupt, type Corruption, PAPER_CORRUPTIONS, scaleCorruption } from "./corruptions.ts";
import { cropResize, flipHorizontal, randomResizedCropBox, resizeAndCentreCrop } from "./geometry.ts";
import type { PackedImage } from "./image.ts";
import { MEAN_COLOR } from "./imagenet.ts";
import {
  INCREASING_OPERATIONS,
  RAND_AUGMENT_OPERATIONS,
  type RandAugmentOperation,
} from "./transforms/rand_augment_operations.ts";
import { parseRandAugment, randAugment } from "./transforms/rand_augment.ts";
import { type RandomErasing, randomErasing } from "./transforms/random_erasing.ts";

/** One entry of the registry that tables and sheets of examples are made from. */
export interface Transform {
  name: string;
  /** What it belongs to. */
  kind: "geometry" | "RandAugment" | "colour" | "erasing" | "mixing" | "corruption";
  /** What it does, in a few words. */
  does: string;
  /** Its parameters and their ranges. */
  parameters: string;
  /** Where its behaviour comes from. */
  source: string;
  /** Shows it on a square image, with a partner of the same size to mix with: a new image of the same size, at the setting that `parameters` names or a typical one. */
  example(image: PackedImage, random: Random, partner: PackedImage): PackedImage;
}

/** An example that works on a copy in place. */
function inPlace(apply: (image: PackedImage, random: Random) => void): Transform["example"] {
  return (image, random) => {
    const copy = { ...image, pixels: image.pixels.slice() };
    apply(copy, random);
    return copy;
  };
}

const geometry: Transform[] = [
  {
    name: "RandomResizedCrop",
    kind: "geometry",
    does: "cuts out a random part and resizes it, by a filter or one of two at random",
    parameters: "scale 0.08 to 1 of the area, ratio 3/4 to 4/3, interpolation",
    source: "torchvision RandomResizedCrop, timm RandomResizedCropAndInterpolation",
    example: (image, random) => {
      const out = { ...image, pixels: new Uint8Array(image.pixels.length) };
      cropResize(image, randomResizedCropBox(random, image.height, image.width), image.width, out.pixels);
      return out;
    },
  },
  {
    name: "HorizontalFlip",
    kind: "geometry",
    does: "mirrors left to right",
    parameters: "probability",
    source: "torchvision RandomHorizontalFlip",
    example: inPlace(({ pixels, height, width, channels }) =>
      flipHorizontal(pixels, height, width, channels)
    ),
  },
  {
    name: "CentreCrop",
    kind: "geometry",
    does: "what inference does: resizes the shorter side to size / 0.875 and cuts out the centre",
    parameters: "size",
    source: "torchvision Resize and CenterCrop",
    example: (image) => {
      const out = { ...image, pixels: new Uint8Array(image.pixels.length) };
      resizeAndCentreCrop(image, image.width, out.pixels);
      return out;
    },
  },
];

/** RandAugment's operations are shown at the paper's magnitude. */
const MAGNITUDE = 9;

const operations: Transform[] = [
  ...new Map(
    [...INCREASING_OPERATIONS, ...RAND_AUGMENT_OPERATIONS].map((operation) =>
      [operation.name, operation] as const
    ),
  ).values(),
].map((operation: RandAugmentOperation) => ({
  name: operation.name,
  kind: "RandAugment",
  does: operation.does,
  parameters: operation.parameters,
  source: "timm auto_augment",
  example: inPlace((image, random) => {
    const sign = random.uniform() < 0.5 ? -1 : 1;
    const options = { interpolation: "bicubic", fill: MEAN_COLOR[image.channels] } as const;
    operation.apply(image, operation.argument(MAGNITUDE, sign), options);
  }),
}));

const policy = parseRandAugment("rand-m9-mstd0.5-inc1");

const randAugmentation: Transform = {
  name: "RandAugment",
  kind: "RandAugment",
  does: "two of these operations at random, each done half of the time",
  parameters: "magnitude, its spread, operations an image, probability: rand-m9-mstd0.5-inc1",
  source: "Cubuk et al. 2020, timm rand_augment_transform",
  example: inPlace((image, random) => randAugment(image, policy, "random", random)),
};

const erasing = (mode: RandomErasing["mode"], does: string): Transform => ({
  name: `RandomErasing ${mode}`,
  kind: "erasing",
  does,
  parameters: "probability, area 0.02 to 1/3, count",
  source: "Zhong et al. 2020, timm RandomErasing",
  example: inPlace((image, random) =>
    randomErasing(image, { probability: 1, mode, area: [0.02, 1 / 3], count: 1 }, random)
  ),
});

const colours: Transform[] = [
  {
    name: "ColorJitter",
    kind: "colour",
    does: "changes brightness, contrast, saturation and hue in a random order",
    parameters: "brightness, contrast, saturation 0.4, hue 0.1",
    source: "torchvision ColorJitter",
    example: inPlace((image, random) =>
      colorJitter(image, { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 }, random)
    ),
  },
  erasing("const", "fills a rectangle with ImageNet's mean colour"),
  erasing("rand", "fills a rectangle with one random colour"),
  erasing("pixel", "fills a rectangle with random colours, pixel by pixel"),
];

/** What each corruption of Table 5 is called and does. */
function describe(corruption: Corruption): Pick<Transform, "name" | "does" | "parameters" | "source"> {
  const { name } = corruption;
  if (name === "color-jitter") {
    const parameters = `strength ${corruption.strength}`;
    return {
      name: `${name} ${corruption.strength}`,
      does: "colours jittered once and for all",
      parameters,
      source: "torchvision ColorJitter",
    };
  }
  if (name === "gaussian-noise") {
    const parameters = `std ${corruption.std} of values in [0, 1]`;
    return {
      name: `${name} ${corruption.std}`,
      does: "normal noise added to every value",
      parameters,
      source: "paper, Table 5",
    };
  }
  if (name === "gaussian-blur") {
    const parameters = `radius ${corruption.radius} px of a picture of 256`;
    return {
      name: `${name} ${corruption.radius}`,
      does: "blurred",
      parameters,
      source: "Pillow GaussianBlur",
    };
  }
  const parameters = `${corruption.size} px of a picture of 256`;
  return {
    name: `${name} ${corruption.size}`,
    does: "resized down and up again",
    parameters,
    source: "Pillow resize",
  };
}

const corruptions: Transform[] = PAPER_CORRUPTIONS.map((corruption) => ({
  ...describe(corruption),
  kind: "corruption",
  example: inPlace((image, random) => corrupt(image, scaleCorruption(corruption, image.width), random)),
}));

/** Every transform of one image, in the order in which a table shows them. */
export const imageTransforms: readonly Transform[] = [
  ...geometry,
  randAugmentation,
  ...operations,
  ...colours,
  ...corruptions,
];
