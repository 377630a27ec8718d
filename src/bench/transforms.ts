/** `deno task bench transforms`: the paper's augmentation, beside timm's. */
import type { PackedImage } from "../images/mod.ts";
import { random } from "../stats/mod.ts";
import { median } from "./process.ts";
import { RECIPE, startTimm } from "./timm.ts";
import { makeAugment } from "../images/mod.ts";

/** One measurement of augmenting images in memory, with one thread a contestant. */
export interface TransformRate {
  /** Side of the images in memory and of the results, px. */
  storedSize: number;
  imageSize: number;
  imagesPerSecond: number;
  /** Rate of timm's transforms on Pillow, in turns with the project's; `null` where there is no timm. */
  timmImagesPerSecond: number | null;
  timm: string | null;
}

const SIZES = [{ stored: 256, image: 224 }, { stored: 64, image: 32 }];
const ROUNDS = 5;
/** Seconds of one contestant's round. */
const SECONDS = 1.5;

/** Images a second at 224 px and at 32 px, medians over rounds in turns. */
export async function benchTransforms(): Promise<TransformRate[]> {
  const rates: TransformRate[] = [];
  for (const { stored, image } of SIZES) rates.push(await measure(stored, image));
  return rates;
}

async function measure(stored: number, image: number): Promise<TransformRate> {
  const peer = await startTimm("./transforms_timm.py");
  try {
    const version = await peer?.ask(JSON.stringify({ image, stored, seconds: SECONDS }));
    const round = ourRound(stored, image);
    round(); // the first one also compiles
    const [ours, timms]: number[][] = [[], []];
    for (let i = 0; i < ROUNDS; i++) {
      ours.push(round());
      if (peer) timms.push((await peer.ask("round")).images_per_second);
    }
    return {
      storedSize: stored,
      imageSize: image,
      imagesPerSecond: median(ours),
      timmImagesPerSecond: peer ? median(timms) : null,
      timm: version?.version ?? null,
    };
  } finally {
    await peer?.close();
  }
}

/** A function that augments for {@link SECONDS} and returns images a second. */
function ourRound(stored: number, size: number): () => number {
  const images = Array.from({ length: 64 }, (_, i) => picture(stored, i));
  const seen = { pixels: new Uint8Array(size * size * 3), height: size, width: size, channels: 3 };
  const augment = makeAugment(RECIPE);
  let shown = 0;
  return () => {
    const [first, began] = [shown, performance.now()];
    while (performance.now() - began < SECONDS * 1000) {
      for (const image of images) augment(image, seen, random(0, shown++));
    }
    return (shown - first) * 1000 / (performance.now() - began);
  };
}

/** Coarse random colours: the contents of an image hardly change the time. */
function picture(side: number, seed: number): PackedImage {
  const stream = random(1, seed);
  const coarse = Uint8Array.from({ length: 33 * 33 * 3 }, () => stream.below(256));
  const pixels = new Uint8Array(side * side * 3);
  for (let i = 0; i < pixels.length; i++) {
    const [x, y] = [Math.floor(i / 3) % side, Math.floor(i / 3 / side)];
    pixels[i] = coarse[((y >> 3) * 33 + (x >> 3)) * 3 + i % 3];
  }
  return { pixels, height: side, width: side, channels: 3 };
}
