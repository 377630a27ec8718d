/** Evidence of images that are brought to one size and shown in part. */
import { centreSquare, type PackedImage } from "../../images/mod.ts";
import type { Featurizer } from "../../probe/mod.ts";
import type { EvidenceReader, Sighting } from "../evidence.ts";

/** Side of the squares that are looked at, px. */
export const SQUARE = 64;

/** Squares that are looked at together. */
const BATCH = 256;

const BYTES = SQUARE * SQUARE * 3;

/** Changes a square of {@link SQUARE} px in place. */
export type View = (square: PackedImage) => void;

/** An image as a square of {@link SQUARE} px, as `view` leaves it. */
export function squareOf(
  { image }: Sighting,
  view?: View,
  pixels: Uint8Array = new Uint8Array(BYTES),
): PackedImage {
  centreSquare(image, SQUARE, pixels);
  const square = { pixels, width: SQUARE, height: SQUARE, channels: 3 };
  view?.(square);
  return square;
}

/**
 * A reader of squares of one size: each image as `view` leaves it, through a featurizer.
 *
 * @param columns values that the featurizer gives an image
 */
export function squaresReader(
  featurizer: Featurizer & Partial<Disposable>,
  columns: number,
  view?: View,
): EvidenceReader {
  const vectorsOf = async (sightings: readonly Sighting[]) => {
    const vectors = new Float32Array(sightings.length * columns);
    for (let begin = 0; begin < sightings.length; begin += BATCH) {
      const chosen = sightings.slice(begin, begin + BATCH);
      const pixels = new Uint8Array(chosen.length * BYTES);
      chosen.forEach((sighting, i) => squareOf(sighting, view, pixels.subarray(i * BYTES, (i + 1) * BYTES)));
      const batch = { pixels, channels: 3, labels: new Int32Array(chosen.length) } as const;
      vectors.set(await featurizer.compute(batch, SQUARE), begin * columns);
    }
    return vectors;
  };
  return { columns, vectorsOf, [Symbol.dispose]: () => featurizer[Symbol.dispose]?.() };
}
