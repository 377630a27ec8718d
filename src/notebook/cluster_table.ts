/** Clusters of features that were learnt without labels, beside the datasets that images are from. */
import { openPools, sampleImages, validationBatches } from "../data/mod.ts";
import { kMeans } from "../evidence/mod.ts";
import { pretrainedWeights, type PretrainingRecord, pText, RunFolder } from "../experiments/mod.ts";
import { createEncoder, weightTensors } from "../models/mod.ts";
import {
  columnMoments,
  computeFeatures,
  type Features,
  type ImageSource,
  keysOf,
  networkFeatures,
  pixelFeatures,
} from "../probe/mod.ts";
import { clusterTest, formatPercent } from "../stats/mod.ts";
import { startEngine, tf } from "../tensorflow/mod.ts";
import type { Displayable } from "./kernel.ts";
import { table } from "./table.ts";

/** Deals of the labels that the index is compared with. */
const PERMUTATIONS = 999;

/** Images of a dataset, at most, and those that go through the network together. */
const EACH = 400, BATCH = 64;

/** Pixels that images are averaged down to, along a side. */
const PIXELS = 8;

/**
 * How far k-means, which knows no labels, finds the datasets: by the features of a pre-trained encoder's last
 * block, and by pixels. There are as many clusters as datasets. Images are those that the pre-training set
 * aside, one of each group of near-duplicates.
 */
export async function clusterTable({ hash, experiment }: PretrainingRecord): Promise<Displayable> {
  const { datasets, imageSize, model, seed, imagesPerDataset: train, validationPerDataset: validation } =
    experiment;
  using pools = await openPools(datasets);
  const indices = sampleImages(pools, { train, validation, seed }).validation.map((chosen, d) => {
    const groups = new Set<string>();
    const first = (index: number) => {
      const { group } = pools[d].images.at(index)!;
      return !groups.has(group) && Boolean(groups.add(group));
    };
    return chosen.filter(first).slice(0, EACH);
  });
  const source: ImageSource = {
    keys: keysOf({ pools, indices }),
    batches: validationBatches({ pools, indices, imageSize, batchSize: BATCH }),
  };
  await startEngine();
  const encoder = createEncoder(model, imageSize);
  const weights = weightTensors(pretrainedWeights(new RunFolder(hash).weights, encoder, 0));
  try {
    using learnt = await networkFeatures(encoder, weights);
    const kinds = {
      "autoencoder, without labels": await computeFeatures(learnt, source),
      [`pixels, ${PIXELS} x ${PIXELS}`]: await computeFeatures(pixelFeatures(PIXELS), source),
    };
    const rows = [];
    for (const [title, features] of Object.entries(kinds)) {
      rows.push({ title, ...await agreement(features, datasets.length, seed) });
    }
    return table(rows, [
      { title: "features", value: ({ title }) => title },
      { title: "images", value: ({ images }) => images },
      {
        title: "adjusted Rand index (1: clusters are the datasets, 0: chance)",
        value: ({ rand }) => rand.toFixed(3),
      },
      {
        title: "images whose cluster is mostly of their dataset",
        value: ({ purity }) => formatPercent(purity),
      },
      { title: "p", value: ({ p }) => pText(p) },
    ]);
  } finally {
    tf.dispose(weights as tf.TensorContainer);
  }
}

/** Standardised columns in clusters, compared with the datasets. */
async function agreement(features: Features, clusters: number, seed: number) {
  const { rows, columns, labels } = features;
  const { mean, std } = columnMoments(features);
  const values = features.read(Uint32Array.from({ length: rows }, (_, i) => i))
    .map((value, i) => (value - mean[i % columns]) / std[i % columns]);
  const found = await kMeans({ values, columns }, clusters, seed);
  return { images: rows, ...clusterTest(found, labels, { permutations: PERMUTATIONS, seed }) };
}
