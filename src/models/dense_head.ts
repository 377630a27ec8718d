/** The classifier of AlexNet and VGG: two wide linear layers with ReLU and dropout, then one for the classes. */
import { adaptiveAveragePool, dropout, relu } from "../ops/mod.ts";
import type { tf } from "../tensorflow/mod.ts";
import { flattenedSpecs, type LayerInit, linearLayer, linearSpecs } from "./layers.ts";
import { type Forward, type Outline, tapped } from "./model.ts";
import type { Parameters, ParameterSpec } from "./parameters.ts";

/** Its sizes. */
export interface DenseHeadConfig {
  /** Side to which the last feature map is averaged, whatever the image's. */
  pool: number;
  /** Width of the two layers. */
  hidden: number;
  /** Probability of dropping a value in training, at two places. torchvision: 0.5. */
  dropout: number;
}

/** A head in one network. */
export interface DenseHead {
  specs: ParameterSpec[];
  outline: Outline[];
  /** Feature map [B, H, W, channels] to logits [B, classes]. */
  apply(p: Parameters, x: tf.Tensor4D, forward: Forward): tf.Tensor2D;
}

/**
 * Builds a head.
 *
 * @param order dropout before each wide layer (AlexNet), or after its ReLU (VGG); torchvision numbers the layers accordingly
 * @param init initial values of a layer by its number of inputs
 */
export function denseHead(
  config: DenseHeadConfig & { channels: number; classes: number },
  order: "before" | "after",
  init: (fanIn: number) => LayerInit,
): DenseHead {
  const { pool, hidden, channels, classes } = config;
  const flat = pool ** 2 * channels;
  const before = order === "before";
  const [first, second, last] = (before ? [1, 4, 6] : [0, 3, 6]).map((i) => `classifier.${i}`);
  const activations = (before ? [2, 5] : [1, 4]).map((i) => `classifier.${i}`);
  return {
    specs: [
      ...flattenedSpecs(first, pool, channels, hidden, init(flat)),
      ...linearSpecs(second, hidden, hidden, init(hidden)),
      ...linearSpecs(last, hidden, classes, init(hidden)),
    ],
    outline: [
      { name: "avgpool", shape: [pool, pool, channels] },
      { name: activations[0], shape: [hidden], owns: [`${first}.`] },
      { name: activations[1], shape: [hidden], owns: [`${second}.`] },
      { name: last, shape: [classes] },
    ],
    apply: (p, x, forward) => {
      const drop = (rows: tf.Tensor2D, place: number) =>
        forward.dropout ? dropout(rows, forward.dropout, place, config.dropout) : rows;
      const map = tapped(forward, "avgpool", adaptiveAveragePool(x, pool)); // (B, pool, pool, channels)
      let rows = map.reshape<tf.Tensor2D>([-1, flat]);
      [first, second].forEach((layer, i) => {
        if (before) rows = drop(rows, i);
        rows = tapped(forward, activations[i], relu(linearLayer(p, layer, rows))); // (B, hidden)
        if (!before) rows = drop(rows, i);
      });
      return linearLayer(p, last, rows);
    },
  };
}
