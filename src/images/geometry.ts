import type { Random } from "../stats/mod.ts";
import { type Box, type EncodedImage, type PackedImage, partOf, roundHalfEven } from "./image.ts";
import { type Interpolation, resample } from "./resample.ts";

/**
 * Where a random-resized-crop cuts: torchvision's `RandomResizedCrop.get_params`, step by step. Ten tries at an area that is a
 * share in `scale` of the image's, with an aspect ratio drawn from `ratio` on the log scale; after ten misses the largest
 * centred box whose aspect ratio is allowed.
 */
export function randomResizedCropBox(
  random: Random,
  height: number,
  width: number,
  scale: readonly [number, number] = [0.08, 1],
  ratio: readonly [number, number] = [3 / 4, 4 / 3],
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

/** Cuts `box` out of `image` and resizes it to a square of `size` px, into `out` (`size * size * channels` values). See {@link partOf}. */
export function cropResize(
  image: PackedImage | EncodedImage,
  box: Box,
  size: number,
  out: Uint8Array,
  interpolation: Interpolation = "bilinear",
): void {
  const part = partOf(image, box, size, size);
  const whole = { left: 0, top: 0, width: size, height: size };
  resample(part.image, part.box, size, size, whole, out, interpolation);
}

/** The largest centred square of an image, resized to `side` px, into `out` (`side * side * channels` values). */
export function centreSquare(image: PackedImage | EncodedImage, side: number, out: Uint8Array): void {
  const shorter = Math.min(image.width, image.height);
  const left = Math.floor((image.width - shorter) / 2), top = Math.floor((image.height - shorter) / 2);
  cropResize(image, { left, top, width: shorter, height: shorter }, side, out);
}

/**
 * What the network sees at inference (the paper, appendix A: shorter side to 256, centre crop of 224): shorter side to
 * `round(size / 0.875)`, then the centre crop of `size` px, into `out`. Rounding as torchvision's Resize and CenterCrop. See {@link partOf}.
 */
export function resizeAndCentreCrop(image: PackedImage | EncodedImage, size: number, out: Uint8Array): void {
  const shorter = Math.round(size / 0.875);
  const { width, height } = image;
  const outWidth = width <= height ? shorter : Math.trunc(shorter * width / height);
  const outHeight = width <= height ? Math.trunc(shorter * height / width) : shorter;
  const window = {
    left: roundHalfEven((outWidth - size) / 2),
    top: roundHalfEven((outHeight - size) / 2),
    width: size,
    height: size,
  };
  const part = partOf(image, { left: 0, top: 0, width, height }, outWidth, outHeight);
  resample(part.image, part.box, outWidth, outHeight, window, out);
}

/** Mirrors a square or oblong image left to right, in place. */
export function flipHorizontal(pixels: Uint8Array, height: number, width: number, channels: number): void {
  for (let y = 0; y < height; y++) {
    let left = y * width * channels;
    let right = left + (width - 1) * channels;
    while (left < right) {
      for (let c = 0; c < channels; c++) {
        const kept = pixels[left + c];
        pixels[left + c] = pixels[right + c];
        pixels[right + c] = kept;
      }
      left += channels;
      right -= channels;
    }
  }
}
