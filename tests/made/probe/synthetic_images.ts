/** Images in memory whose classes differ in color and in what is where. */
import type { Batch, ValidationBatches } from "../../../src/data/mod.ts";
import { random } from "../../../src/stats/mod.ts";
import type { ImageSource } from "../../../src/probe/mod.ts";

/** Side of the images, px. */
export const SIDE = 8;

interface BatchesHere extends ValidationBatches {
  batches(): Generator<Batch>;
}

/** Noise, brighter in the channel of the class. */
export function imageSource(
  size: number,
  { seed = 1, strength = 1, classes = 3 } = {},
): Omit<ImageSource, "batches"> & { batches: BatchesHere } {
  const stream = random(seed, 77);
  const labels = Int32Array.from({ length: size }, (_, i) => i % classes);
  const pixels = Uint8ClampedArray.from(
    { length: size * SIDE * SIDE * 3 },
    (_, i) =>
      115 + 35 * (stream.normal() + (i % 3 === labels[Math.floor(i / (SIDE * SIDE * 3))] ? strength : 0)),
  );
  const batches: BatchesHere = {
    size,
    imageSize: SIDE,
    batches: function* () {
      for (let begin = 0; begin < size; begin += 16) {
        const end = Math.min(size, begin + 16);
        yield {
          pixels: new Uint8Array(pixels.slice(begin * SIDE * SIDE * 3, end * SIDE * SIDE * 3)),
          channels: 3,
          labels: labels.slice(begin, end),
        };
      }
    },
  };
  return { batches, keys: Array.from(labels, (_, i) => `${seed}/${i}`), preparation: `strength ${strength}` };
}
