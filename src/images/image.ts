/**
 * Divisor of the width and height at which a JPEG is decoded: 2, 4 and 8 take less time than 1, the whole.
 */
export type Reduction = 1 | 2 | 4 | 8;

/** An image in a file. Any part of it can be decoded without the rest. */
export interface EncodedImage {
  /** Width and height of the whole image, px. */
  readonly width: number;
  readonly height: number;
  /** 3 (RGB). */
  readonly channels: 3;
  /** The bytes of its file, valid until the next image of the same source is read. */
  file(): Uint8Array;
  /**
   * Decodes a box of the image at `1 / reduction` of its size, which is `ceil(width / reduction)` x
   * `ceil(height / reduction)` px. The pixels are valid until the next image of the same source is decoded;
   * other bytes may follow them.
   *
   * @throws {Error} when the image is damaged
   */
  decode(box: Box, reduction: Reduction): PackedImage;
}

/** An image and a box in it. */
interface Part {
  image: PackedImage;
  box: Box;
}

/**
 * The pixels of a box that is to be resized to `outWidth` x `outHeight`. Of an encoded image only the box is
 * decoded. Where it is at least 2, 4 or 8 times as wide and as high as the result, it is decoded at a half, a
 * quarter or an eighth. The whole pixels of the reduced image that cover the box are then larger than it by
 * less than a pixel of the result.
 */
export function partOf(
  image: PackedImage | EncodedImage,
  box: Box,
  outWidth: number,
  outHeight: number,
): Part {
  if ("pixels" in image) return { image, box };
  const reduction = reductionFor(box, outWidth, outHeight);
  const left = Math.floor(box.left / reduction), top = Math.floor(box.top / reduction);
  const width = Math.ceil((box.left + box.width) / reduction) - left;
  const height = Math.ceil((box.top + box.height) / reduction) - top;
  return {
    image: image.decode({ left, top, width, height }, reduction),
    box: { left: 0, top: 0, width, height },
  };
}

/** The strongest reduction that leaves at least as many pixels as the result has. */
export function reductionFor(box: Box, outWidth: number, outHeight: number): Reduction {
  const leaves = (reduction: number) =>
    box.width >= reduction * outWidth && box.height >= reduction * outHeight;
  return ([8, 4, 2] as const).find(leaves) ?? 1;
}

/**
 * Decodes all of an image into `pixels`, which the caller keeps (`width * height * channels` values; default:
 * a new array).
 */
export function decodeWhole(
  image: EncodedImage,
  pixels: Uint8Array = new Uint8Array(image.width * image.height * image.channels),
): PackedImage {
  const { width, height, channels } = image;
  const decoded = image.decode({ left: 0, top: 0, width, height }, 1);
  pixels.set(decoded.pixels.subarray(0, pixels.length));
  return { pixels, width, height, channels };
}

/** A rectangle of whole pixels within an image. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** A packed image: `pixels[(y * width + x) * channels + c]`, 8 bits a value. */
export interface PackedImage {
  pixels: Uint8Array;
  height: number;
  width: number;
  /** 1 (grey) or 3 (RGB). */
  channels: number;
  /** Set where it is what the network sees at inference: it is not resized and centre cropped once more. */
  isFitted?: true;
}

/** Room of {@link scratchCopy}. */
let bytes = new Uint8Array(0);

/**
 * A copy of `pixels` that is valid until the next call; an operation in place reads from it while it writes.
 */
export function scratchCopy(pixels: Uint8Array): Uint8Array {
  if (bytes.length < pixels.length) bytes = new Uint8Array(pixels.length);
  bytes.set(pixels);
  return bytes;
}

/** A number cut off to the range of 8 bits, 0 to 255. */
export function clip8(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

/** Rounding as Python's `round`: halves go to the even neighbour. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Grey value of a colour by the weights of ITU-R BT.601 in 16-bit fixed point, as Pillow's mode L. */
export function luma(red: number, green: number, blue: number): number {
  return (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16;
}
