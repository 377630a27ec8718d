/** Images in memory whose classes differ in color and in what is where. */
import type { ValidationBatches } from "../../../src/data/mod.ts";
import { random } from "../../../src/stats/mod.ts";
import type { ImageSource } from "../../../src/train/mod.ts";

/** Side of the images, px. */
export const SIDE = 8;

/** Noise, brighter in the channel of the class. */
export function imageSource(size: number, { seed = 1, strength = 1, classes = 3 } = {}): ImageSource {
  const stream = random(seed, 77);
  const labels = Int32Array.from({ length: size }, (_, i) => i % classes);
  const images = Float32Array.from(
    { length: size * SIDE * SIDE * 3 },
    (_, i) => stream.normal() + (i % 3 === labels[Math.floor(i / (SIDE * SIDE * 3))] ? strength : 0),
  );
  const batches: ValidationBatches = {
    size,
    imageSize: SIDE,
    batches: function* () {
      for (let begin = 0; begin < size; begin += 16) {
        const end = Math.min(size, begin + 16);
        yield {
          images: images.slice(begin * SIDE * SIDE * 3, end * SIDE * SIDE * 3),
          labels: labels.slice(begin, end),
        };
      }
    },
  };
  return { batches, keys: Array.from(labels, (_, i) => `${seed}/${i}`), preparation: `strength ${strength}` };
}
