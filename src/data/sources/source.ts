import type { PackedImage } from "../../images/mod.ts";

/** One image of a source, before it is drawn or decoded. */
export interface SourceImage {
  /** Names the image within its dataset. */
  key: string;
  /** Number of its semantic class, where the source has classes. */
  label?: number;
  /** Name of its semantic class, where that is all that the source tells: the pool gives it a number. */
  className?: string;
  /** Official split that it belongs to, where the source has one. */
  split?: string;
  /** The image in the form in which a pool stores it. */
  stored(): Promise<StoredImage>;
}

/** An image as a pool stores it. */
export interface StoredImage {
  /** What is written: its pixels, or a JPEG file. */
  bytes: Uint8Array;
  /** What that shows. */
  image: PackedImage;
  /** Of a JPEG file: from which byte of which file on this machine the source's own lies, where that is known. It may have other bytes. */
  place?: { path: string; offset: number };
}

/** A square that is stored as its pixels. */
export function storedSquare(pixels: Uint8Array, side: number, channels: 1 | 3): StoredImage {
  return { bytes: pixels, image: { pixels, height: side, width: side, channels } };
}
