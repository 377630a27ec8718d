import { openPools, type Pool } from "../data/mod.ts";
import { type Prediction, RunFolder, type RunRecord } from "../sweep/mod.ts";
import { argmax } from "../train/mod.ts";
import { gallery, type GalleryRow } from "./gallery.ts";
import type { Displayable } from "./kernel.ts";

/** A prediction with what it says. */
interface Judged extends Prediction {
  said: number;
  confidence: number;
}

function judge(prediction: Prediction): Judged {
  const said = argmax(prediction.probabilities);
  return { ...prediction, said, confidence: prediction.probabilities[said] };
}

/**
 * The images about which a network was most sure: for each dataset those that it named rightly, then those that it took for
 * another's.
 *
 * @param each images a row
 */
export async function exemplars(record: RunRecord, { each = 8 } = {}): Promise<Displayable> {
  const { datasets } = record.experiment;
  const predictions = (await new RunFolder(record.hash).predictions()).map(judge);
  const sorted = predictions.toSorted((a, b) => b.confidence - a.confidence);
  const pools = await openPools(datasets);
  const row = (label: string, chosen: Judged[]): GalleryRow => ({
    label,
    images: chosen.slice(0, each).map((prediction) => pictureOf(prediction, pools)),
  });
  const rows = datasets.flatMap((name, d) => {
    const own = sorted.filter(({ label }) => label === d);
    return [
      row(`${name}, right`, own.filter(({ said }) => said === d)),
      row(`${name}, wrong`, own.filter(({ said }) => said !== d)),
    ];
  });
  pools.forEach((pool) => pool[Symbol.dispose]());
  return gallery("Where the network was surest", rows.filter(({ images }) => images.length > 0));
}

function pictureOf({ key, label, said, confidence }: Judged, pools: Pool[]) {
  const { images, side, channels, name, read } = pools[label];
  const pixels = read(images.findIndex((image) => image.key === key));
  const caption = said === label
    ? `${name} ${confidence.toFixed(2)}`
    : `said ${pools[said].name} ${confidence.toFixed(2)}`;
  return { pixels, side, channels, caption };
}
