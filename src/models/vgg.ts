/**
 * VGG: Simonyan & Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition" (ICLR 2015), arXiv 1409.1556,
 * with or without batch norm. Tensor names and defaults follow torchvision's vgg.py.
 */
import { maxPool, relu } from "../ops/mod.ts";
import { batchNormBuffers, convBatchNorm } from "./batch_norm.ts";
import { denseHead, type DenseHeadConfig } from "./dense_head.ts";
import { conv, convSpecs, kaiming, type LayerInit, normSpecs } from "./layers.ts";
import { makeModel, type Model, type Outline, tapped } from "./model.ts";

/** Width and depth of a VGG. */
export interface VggConfig extends DenseHeadConfig {
  family: "vgg";
  /** Channels of the 3x3 convolutions of each stage; 2x2 max pooling ends a stage. */
  dims: number[][];
  /** Whether each convolution has a batch norm after it. */
  batchNorm: boolean;
}

/** One convolution. */
interface Layer {
  /** Numbers in torchvision's `features`: of itself, of its batch norm, of its ReLU, and of the pooling after it. */
  conv: string;
  norm?: string;
  relu: string;
  pool?: string;
  inputs: number;
  dim: number;
}

function makeLayers({ dims, batchNorm }: VggConfig): Layer[] {
  let [place, inputs] = [0, 3];
  const next = () => `features.${place++}`;
  return dims.flatMap((stage) =>
    stage.map((dim, i) => {
      const layer = { conv: next(), norm: batchNorm ? next() : undefined, relu: next(), inputs, dim };
      inputs = dim;
      return i === stage.length - 1 ? { ...layer, pool: next() } : layer;
    })
  );
}

function outline(layers: Layer[], imageSize: number): Outline[] {
  let side = imageSize;
  return layers.flatMap(({ conv, norm, relu, pool, dim }) => {
    const owns = norm ? [`${conv}.`, `${norm}.`] : [`${conv}.`];
    const rows: Outline[] = [{ name: relu, shape: [side, side, dim], owns }];
    if (!pool) return rows;
    side >>= 1;
    return [...rows, { name: pool, shape: [side, side, dim] }];
  });
}

/** torchvision's for linear layers, whatever their size. */
const denseInit = (): LayerInit => ({ weight: { normal: 0.01 }, bias: 0 });

/** A VGG for a number of classes. */
export function vgg(name: string, config: VggConfig, classes: number): Model {
  const layers = makeLayers(config);
  const head = denseHead({ ...config, channels: layers.at(-1)!.dim, classes }, "after", denseInit);
  return makeModel({
    name,
    classes,
    specs: [
      ...layers.flatMap(({ conv, norm, inputs, dim }) => [
        ...convSpecs(conv, 3, inputs, dim, kaiming(3, dim)),
        ...(norm ? normSpecs(norm, dim) : []),
      ]),
      ...head.specs,
    ],
    buffers: layers.flatMap(({ norm, dim }) => norm ? batchNormBuffers(norm, dim) : []),
    stride: 2 ** config.dims.length,
    dropout: config.dropout > 0,
    outline: (imageSize) => [...outline(layers, imageSize), ...head.outline],
    apply: (p, images, forward = {}) => {
      let x = images;
      for (const { conv: name, norm, relu: activation, pool } of layers) {
        const y = norm
          ? convBatchNorm(p, name, norm, x, { stride: 1, pad: 1 }, forward)
          : conv(p, name, x, 1, 1);
        x = tapped(forward, activation, relu(y));
        if (pool) x = tapped(forward, pool, maxPool(x, 2, 2)); // halves height and width
      }
      return head.apply(p, x, forward);
    },
  });
}
