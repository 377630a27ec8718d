import { indicesByKey, openPools, type Pool } from "../data/mod.ts";
import { type Prediction, RunFolder, type RunRecord } from "../experiments/mod.ts";
import { argmax } from "../train/mod.ts";
import { gallery } from "./gallery.ts";
import type { Displayable } from "./kernel.ts";

/** Options of {@linkcode exemplars}. */
interface ExemplarOptions {
  /** Images a row. Default: 8. */
  each?: number;
  /**
   * "surest": for each dataset the images that it named rightly with the most confidence, then those that it
   * took for another's. "least sure": for each dataset those whose most probable dataset is the least
   * probable. Default: "surest".
   */
  show?: "surest" | "least sure";
}

/** A prediction with its most probable dataset, and how probable that is. */
interface Answered extends Prediction {
  said: number;
  confidence: number;
}

function answerOf(prediction: Prediction): Answered {
  const said = argmax(prediction.probabilities);
  return { ...prediction, said, confidence: prediction.probabilities[said] };
}

/** The validation images about which a network was most, or least, sure, in rows by dataset. */
export async function exemplars(record: RunRecord, options: ExemplarOptions = {}): Promise<Displayable> {
  const { datasets } = record.experiment;
  const chosen = chooseExemplars(await new RunFolder(record.hash).predictions(), datasets, options);
  using pools = await openPools(datasets);
  const keys = chosen.flatMap(({ images }) => images.map(({ key }) => key));
  const indices = pools.map(({ images }) => indicesByKey(images, keys));
  const rows = chosen.map(({ label, images }) => ({
    label,
    images: images.map((answered) => pictureOf(answered, pools, indices[answered.label].get(answered.key)!)),
  }));
  return gallery(`Where the network was ${options.show ?? "surest"}`, rows);
}

/** The predictions of each row of {@linkcode exemplars}; rows without any are left out. */
export function chooseExemplars(
  predictions: readonly Prediction[],
  datasets: readonly string[],
  { each = 8, show = "surest" }: ExemplarOptions,
): { label: string; images: Answered[] }[] {
  const falling = predictions.map(answerOf).toSorted((a, b) => b.confidence - a.confidence);
  const rows = datasets.flatMap((name, d) => {
    const own = falling.filter(({ label }) => label === d);
    if (show === "least sure") return [{ label: name, images: own.toReversed() }];
    return [
      { label: `${name}, right`, images: own.filter(({ said }) => said === d) },
      { label: `${name}, wrong`, images: own.filter(({ said }) => said !== d) },
    ];
  });
  return rows.filter(({ images }) => images.length > 0)
    .map(({ label, images }) => ({ label, images: images.slice(0, each) }));
}

function pictureOf({ label, said, confidence }: Answered, pools: readonly Pool[], index: number) {
  const { side, channels, name, read } = pools[label];
  const pixels = read(index);
  const caption = said === label
    ? `${name} ${confidence.toFixed(2)}`
    : `said ${pools[said].name} ${confidence.toFixed(2)}`;
  return { pixels, side, channels, caption };
}
