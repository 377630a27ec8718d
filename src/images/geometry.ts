import { type Box, type EncodedImage, type PackedImage, partOf, roundHalfEven } from "./image.ts";
import { type Interpolation, resample } from "./resample.ts";

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
