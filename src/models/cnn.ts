/**
 * A plain small network: per stage a 3x3 convolution, layer normalisation, ReLU and 2x2 max pooling, then global average
 * pooling and a linear layer. The floor beneath the architectures of the paper's Table 3.
 */
import { tf } from "../tensorflow/mod.ts";
import { conv, convSpecs, layerNorm, linearLayer, linearSpecs, normSpecs } from "./layers.ts";
import { makeModel, type Model, tapped } from "./model.ts";

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
  const outline: Model["outline"] = (imageSize) => [
    ...dims.map((dim, s) => {
      const [before, side] = [imageSize >> s, imageSize >> (s + 1)];
      const more = (before ** 2 - side ** 2) * 9 * (s > 0 ? dims[s - 1] : 3) * dim; // convolved before it is pooled
      return { name: `stages.${s}`, shape: [side, side, dim], more };
    }),
    { name: "head.global_pool", shape: [dims.at(-1)!] },
    { name: "head.fc", shape: [classes] },
  ];
  const apply: Model["apply"] = (p, images, forward = {}) => {
    let x = images;
    for (let s = 0; s < dims.length; s++) {
      x = layerNorm(p, `stages.${s}.norm`, conv(p, `stages.${s}.conv`, x, 1, "same")).relu();
      x = tapped(forward, `stages.${s}`, tf.maxPool(x, 2, 2, "valid")); // (B, H/2, W/2, dims[s])
    }
    const pooled = tapped(forward, "head.global_pool", x.mean<tf.Tensor2D>([1, 2]));
    return linearLayer(p, "head.fc", pooled);
  };
  return makeModel({ name, classes, specs, stride: 2 ** dims.length, outline, apply });
}
