/** Made-up networks that name what images show, each trained on one dataset and tested on all. */
import type { ProbeRecord, ProbeTask } from "../../../src/experiments/mod.ts";
import { SOURCES, syntheticProbe } from "./probe_records.ts";
import { ICONS, syntheticOutcomes } from "./records.ts";

/** Kinds of things, as notebook 09 has them. */
export const ofWords = (trainedOn: string[] = ICONS, datasets: string[] = ICONS): ProbeTask => ({
  of: "words",
  datasets,
  trainedOn,
  words: { arrow: ["arrow"], file: ["file"], person: ["user", "person"], weather: ["cloud"] },
  mostPerWord: 16,
  validationPerWord: 4,
});

/** How often networks are right on the images of a dataset. */
export interface CrossShape {
  /** Each on its own dataset. */
  own: (dataset: string) => number;
  /** Those of the other datasets. */
  others: (dataset: string) => number;
  seeds: number;
  /** Images of a dataset; they are others for each seed. */
  images: number;
  datasets: string[];
}

/** Networks that name 60% of their own dataset's images and 30% of the others', unless told otherwise. */
export function crossRecords(shape: Partial<CrossShape> = {}): ProbeRecord[] {
  const { own = () => 0.6, others = () => 0.3, seeds = 3, images = 50, datasets = ICONS } = shape;
  return datasets.flatMap((trainedOn) =>
    Array.from({ length: seeds }, (_, seed) => {
      const record = syntheticProbe(SOURCES.endToEnd, ofWords([trainedOn], datasets), 0.5);
      const parts = datasets.map((name) => {
        const right = Math.round(images * (name === trainedOn ? own(name) : others(name)));
        return syntheticOutcomes([`${name}/${seed}`], images, right, `${trainedOn} ${seed}`);
      });
      return {
        ...record,
        experiment: { ...record.experiment, seed },
        outcomes: {
          images: parts.flatMap((part) => part.images),
          right: parts.flatMap((part) => part.right),
        },
      };
    })
  );
}
