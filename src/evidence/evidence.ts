/** What a classifier may know of an image, one kind of evidence at a time. */
import { type Box, centreSquare, type EncodedImage, type PackedImage } from "../images/mod.ts";

/** Most px of a side of what is kept of an image. */
const SIGHT_SIDE = 128;

/** The file of an image, as it came. */
export interface ImageFile {
  bytes: Uint8Array;
  name: string;
  /** As its header says, px. */
  width: number;
  height: number;
}

/** All that is kept of an image. Both pictures are RGB. */
export interface Sighting {
  /** The largest centred square, reduced to 128 px where it is larger; never enlarged. */
  image: PackedImage;
  /** The centre at its own resolution, at most 128 x 128 px: what resizing leaves behind is seen here. */
  detail: PackedImage;
  /** Absent where the images come from no files of their own. */
  file?: ImageFile;
}

/**
 * What is kept of an image.
 *
 * @param image whole; grey becomes RGB
 */
export function sightingOf(image: PackedImage | EncodedImage, file?: ImageFile): Sighting {
  const { width, height } = image;
  const side = Math.min(width, height, SIGHT_SIDE);
  const square = new Uint8Array(side * side * image.channels);
  centreSquare(image, side, square);
  const seen = inColor({ pixels: square, width: side, height: side, channels: image.channels });
  const isWhole = width === side && height === side;
  return { image: seen, detail: isWhole ? seen : inColor(centreOf(image)), ...(file && { file }) };
}

/** A copy of the centre, at most {@link SIGHT_SIDE} px wide and high. */
function centreOf(image: PackedImage | EncodedImage): PackedImage {
  const { channels } = image;
  const [width, height] = [Math.min(image.width, SIGHT_SIDE), Math.min(image.height, SIGHT_SIDE)];
  const left = Math.floor((image.width - width) / 2), top = Math.floor((image.height - height) / 2);
  return { pixels: cut(image, { left, top, width, height }), width, height, channels };
}

function cut(image: PackedImage | EncodedImage, box: Box): Uint8Array {
  const { channels } = image;
  const line = box.width * channels;
  if (!("pixels" in image)) return image.decode(box, 1).pixels.slice(0, box.height * line);
  const pixels = new Uint8Array(box.height * line);
  for (let y = 0; y < box.height; y++) {
    const begin = ((box.top + y) * image.width + box.left) * channels;
    pixels.set(image.pixels.subarray(begin, begin + line), y * line);
  }
  return pixels;
}

function inColor(image: PackedImage): PackedImage {
  if (image.channels === 3) return image;
  const pixels = new Uint8Array(image.pixels.length * 3);
  for (let i = 0; i < pixels.length; i++) pixels[i] = image.pixels[Math.floor(i / 3)];
  return { ...image, pixels, channels: 3 };
}

/** What a kind of evidence speaks of, for a conclusion in words. */
type EvidenceSubject = "file" | "compression" | "colour" | "texture" | "shape" | "content";

/** One kind of evidence. */
export interface EvidenceKind<Name extends string = string> {
  name: Name;
  /** For a reader: "mean colour". */
  title: string;
  /** What it sees of an image, in one sentence. */
  sees: string;
  /** Whether it reads the file's header; such a kind cannot be had of images without files. */
  needs: "file" | "image";
  about: EvidenceSubject;
  /** Whether it is fitted to some images, without their labels. */
  isFitted: boolean;
  /**
   * Makes ready to read.
   *
   * @param training images that it may be fitted to; others leave them alone
   * @param seed decides all that is random, together with each image's own pixels
   * @throws {Error} when it is fitted and nothing can be fitted to `training`
   */
  prepare(training: readonly Sighting[], seed: number): EvidenceReader | Promise<EvidenceReader>;
  /** What it sees of images as pictures, all of one size; only kinds that see a picture have it. */
  look?(sightings: readonly Sighting[], seed: number): Promise<PackedImage[]>;
}

/** Turns images into vectors; the caller disposes it. */
export interface EvidenceReader extends Disposable {
  /** Values an image. */
  readonly columns: number;
  /**
   * @returns [sightings, columns], row by row, all finite
   * @throws {Error} naming the image, where the kind needs a file and the image has none
   */
  vectorsOf(sightings: readonly Sighting[]): Promise<Float32Array<ArrayBuffer>>;
}
