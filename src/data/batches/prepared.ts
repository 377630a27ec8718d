import {
  corruptByKey,
  type Corruption,
  decodeWhole,
  type Interpolation,
  type PackedImage,
  resizeAndCentreCrop,
} from "../../images/mod.ts";
import type { StoredImages } from "../pool/store.ts";

/** What is done to every image before anything random, the same every time that it is shown. */
export interface Preparation {
  /**
   * Corruption of every image. Its sizes are px of the images that it is applied to: the stored ones, or
   * those that the network sees; see `scaleCorruption`. Default: none.
   */
  corruption?: Corruption | null;
  /**
   * Side of the square that the network sees, px, where images are resized and centre cropped to it before
   * they are corrupted. Default: they are corrupted as they are stored.
   */
  fitTo?: number;
  /** Filter of that resize. Default: bilinear. */
  interpolation?: Interpolation;
}

/** One image of a pool, whole, after its preparation. */
export function preparedImage(
  pool: StoredImages,
  index: number,
  { corruption, fitTo, interpolation }: Preparation,
): PackedImage {
  const image = fitTo === undefined
    ? storedImage(pool, index)
    : fittedImage(pool, index, fitTo, interpolation);
  if (corruption) corruptByKey(image, corruption, pool.images.at(index)!.key);
  return image;
}

function storedImage({ side, channels, read, encoded }: StoredImages, index: number): PackedImage {
  if (encoded) return decodeWhole(encoded(index));
  return { pixels: read(index), width: side, height: side, channels };
}

function fittedImage(
  pool: StoredImages,
  index: number,
  side: number,
  interpolation?: Interpolation,
): PackedImage {
  const stored = pool.encoded?.(index) ?? storedImage(pool, index);
  const pixels = new Uint8Array(side * side * stored.channels);
  resizeAndCentreCrop(stored, side, pixels, interpolation);
  return { pixels, width: side, height: side, channels: stored.channels, isFitted: true };
}

/** Prepared images that are kept, bytes; noise takes longer to draw than a small network to train on it. */
const KEPT = 2 ** 27;

/** Prepares images of pools and keeps them as far as there is room: they look the same every time. */
export class PreparedImages {
  readonly #kept = new Map<StoredImages, Map<number, PackedImage>>();
  #room: number;

  /** @param room how much is kept, bytes. Default: 128 MiB. */
  constructor(readonly preparation: Preparation, room = KEPT) {
    this.#room = room;
  }

  /** The pool's image of that index, {@link preparedImage}. Do not change it: it may be given out again. */
  get(pool: StoredImages, index: number): PackedImage {
    const kept = this.#kept.get(pool) ?? new Map<number, PackedImage>();
    const known = kept.get(index);
    if (known) return known;
    const image = preparedImage(pool, index, this.preparation);
    if (this.#room >= image.pixels.length) {
      this.#room -= image.pixels.length;
      this.#kept.set(pool, kept.set(index, image));
    }
    return image;
  }
}
