/**
 * A plain small network: per stage a 3x3 convolution, layer normalisation, ReLU and 2x2 max pooling, then global average
 * pooling and a linear layer. The floor beneath the architectures of the paper's Table 3.
 */
import { tf } from "../tensorflow/mod.ts";
import { conv, convSpecs, layerNorm, linearLayer, linearSpecs, normSpecs } from "./layers.ts";
import type { Model } from "./model.ts";

/** Width of a small CNN. */
export interface CnnConfig {
  family: "cnn";
  /** Channels of each stage; each halves height and width. */
  dims: number[];
}

/** A small CNN for a number of classes. */
export function cnn(name: string, { dims }: CnnConfig, classes: number): Model {
  const specs = [
    ...dims.flatMap((dim, s) => [
      ...convSpecs(`stages.${s}.conv`, 3, s > 0 ? dims[s - 1] : 3, dim),
      ...normSpecs(`stages.${s}.norm`, dim),
    ]),
    ...linearSpecs("head.fc", dims.at(-1)!, classes),
  ];
  const apply: Model["apply"] = (p, images) => {
    let x = images;
    for (let s = 0; s < dims.length; s++) {
      x = layerNorm(p, `stages.${s}.norm`, conv(p, `stages.${s}.conv`, x, 1, "same")).relu();
      x = tf.maxPool(x, 2, 2, "valid"); // (B, H/2, W/2, dims[s])
    }
    return linearLayer(p, "head.fc", x.mean<tf.Tensor2D>([1, 2]));
  };
  return { name, classes, specs, stride: 2 ** dims.length, dropPath: [], apply };
}
