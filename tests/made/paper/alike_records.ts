import type { RunRecord } from "../../../src/experiments/mod.ts";
import { syntheticRecord } from "./records.ts";

/** A made-up run of two sets; `images` for training and `validation` of each. */
export function pairOf(
  datasets: string[],
  accuracy: number,
  { images = 1000, validation = 1000, seed = 0, training = 1 } = {},
): RunRecord {
  const experiment = { imagesPerDataset: images, seed };
  return syntheticRecord({ datasets, accuracy, training, validationPerDataset: validation, experiment });
}

/** A sweep that comes out as Appendix B: releases are told apart, random halves and splits are not. */
export function alikeRecords(): RunRecord[] {
  const runs = (images: number, seed: number) => [
    pairOf(["tabler", "tabler-old"], images === 200 ? 0.56 : 0.68, { images, seed }),
    pairOf(["mdi", "mdi-old"], images === 200 ? 0.52 : 0.6, { images, seed }),
    pairOf(["cifar10@train", "cifar10@test"], 0.504, { images, seed }),
    pairOf(["cifar10#1/2", "cifar10#2/2"], 0.497, { images, seed }),
  ];
  return [200, 2000].flatMap((images) => [0, 1, 2].flatMap((seed) => runs(images, seed)));
}
