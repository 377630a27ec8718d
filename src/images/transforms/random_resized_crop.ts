import type { Random } from "../../stats/mod.ts";
import { cropResize, resizeAndCentreCrop } from "../resample.ts";
import { type Box, roundHalfEven } from "../image.ts";
import { drawInterpolation, interpolation, transform } from "./transform.ts";

/** torchvision's defaults, which are also those of the paper's recipe. */
const TORCHVISION: { scale: [number, number]; ratio: [number, number] } = {
  scale: [0.08, 1],
  ratio: [3 / 4, 4 / 3],
};

/** RandCrop of the paper's Table 4, as the settings of {@link randomResizedCrop}. */
export const paperCrop = { crop: "random-resized" as const, ...TORCHVISION };

/**
 * torchvision's `RandomResizedCrop`. It comes first and makes the square that the other transforms change.
 */
export const randomResizedCrop = transform({
  name: "RandomResizedCrop",
  kind: "geometry",
  does: "cuts out a random part and resizes it, by one filter or one of two at random",
  source: "torchvision RandomResizedCrop, timm RandomResizedCropAndInterpolation",
  paperName: "RandCrop",
  parameters: {
    crop: {
      type: "choice",
      choices: ["random-resized", "none"],
      does: "whether to cut at random; none: resize and centre crop, as inference does",
    },
    scale: {
      type: "interval",
      above: 0,
      most: 1,
      does: "least and greatest share of the image's area; the paper's recipe: 0.08 to 1",
    },
    ratio: {
      type: "interval",
      above: 0,
      does: "least and greatest aspect ratio; the paper's recipe: 3/4 to 4/3",
    },
    interpolation,
  },
  isOn: ({ crop }) => crop !== "none",
  apply(image, { crop, scale, ratio, interpolation }, random, stored) {
    if (crop === "none") {
      const filter = interpolation === "bicubic" ? "bicubic" : "bilinear"; // at "random" nothing is drawn
      return resizeAndCentreCrop(stored, image.width, image.pixels, filter);
    }
    const box = randomResizedCropBox(random, stored.height, stored.width, scale, ratio);
    cropResize(stored, box, image.width, image.pixels, drawInterpolation(interpolation, random));
  },
  examples: [
    { settings: paperCrop },
    {
      name: "CentreCrop",
      does: "what inference does: resizes the shorter side to size / 0.875 and cuts out the centre",
      source: "torchvision Resize and CenterCrop",
      settings: { ...paperCrop, crop: "none" },
    },
  ],
});

/**
 * Draws the box that is cut out, as torchvision's `RandomResizedCrop.get_params`. Each of ten tries draws a
 * share of the image's area from `scale` and an aspect ratio from `ratio` on the log scale. After ten misses
 * it is the largest centred box whose aspect ratio is allowed.
 */
export function randomResizedCropBox(
  random: Random,
  height: number,
  width: number,
  scale: readonly [number, number] = TORCHVISION.scale,
  ratio: readonly [number, number] = TORCHVISION.ratio,
): Box {
  const [logLow, logHigh] = [Math.log(ratio[0]), Math.log(ratio[1])];
  for (let tries = 0; tries < 10; tries++) {
    const area = height * width * (scale[0] + (scale[1] - scale[0]) * random.uniform());
    const aspect = Math.exp(logLow + (logHigh - logLow) * random.uniform());
    const w = roundHalfEven(Math.sqrt(area * aspect));
    const h = roundHalfEven(Math.sqrt(area / aspect));
    if (w > 0 && w <= width && h > 0 && h <= height) {
      const top = random.below(height - h + 1);
      return { left: random.below(width - w + 1), top, width: w, height: h };
    }
  }
  return centredFallback(height, width, ratio);
}

function centredFallback(height: number, width: number, ratio: readonly [number, number]): Box {
  const aspect = width / height;
  let [w, h] = [width, height];
  if (aspect < ratio[0]) h = roundHalfEven(w / ratio[0]);
  else if (aspect > ratio[1]) w = roundHalfEven(h * ratio[1]);
  return { left: Math.floor((width - w) / 2), top: Math.floor((height - h) / 2), width: w, height: h };
}
