/**
 * AlexNet: Krizhevsky, Sutskever & Hinton (NIPS 2012) in the form of "One weird trick for parallelizing convolutional neural
 * networks", arXiv 1404.5997, which torchvision's alexnet.py has; tensor names and defaults are torchvision's.
 */
import { maxPool, relu } from "../ops/mod.ts";
import { denseHead, type DenseHeadConfig } from "./dense_head.ts";
import { conv, convSpecs, torchDefault } from "./layers.ts";
import { makeModel, type Model, type Outline, tapped } from "./model.ts";

/** Widths of an AlexNet. */
export interface AlexNetConfig extends DenseHeadConfig {
  family: "alexnet";
  /** Channels of the five convolutions. torchvision's: [64, 192, 384, 256, 256]. */
  dims: [number, number, number, number, number];
  /** Size and stride of the first convolution, px. torchvision's: 11 and 4. */
  stem: { size: number; stride: number };
}

/** Sizes of the convolutions after the first. */
const SIZES = [5, 3, 3, 3];
/** Which convolutions have 3x3 max pooling with stride 2 after them. */
const POOLED = [true, true, false, false, true];
/** torchvision's number of each convolution in `features`; its ReLU and its pooling have the next two. */
const PLACES = [0, 3, 6, 8, 10];

/** torchvision pads the 11x11 convolution by 2, less than half; others keep height and width. */
const padOf = (size: number) => size === 11 ? 2 : (size - 1) / 2;

const pooledSide = (side: number) => Math.floor((side - 3) / 2) + 1;

/** Side of the feature maps after each convolution and, where it is pooled, after that. */
function sides({ stem: { size, stride } }: AlexNetConfig, imageSize: number): [number, number][] {
  let side = Math.floor((imageSize + 2 * padOf(size) - size) / stride) + 1;
  return POOLED.map((pooled) => {
    const before = side;
    if (pooled) side = pooledSide(side);
    return [before, side];
  });
}

/** The least side of an image of which the last pooling leaves something. */
function leastSide(config: AlexNetConfig): number {
  let side = 1;
  while (sides(config, side).some(([, after]) => !(after >= 1))) side++;
  return side;
}

function outline(config: AlexNetConfig, imageSize: number): Outline[] {
  return sides(config, imageSize).flatMap(([before, after], i) => {
    const [dim, place] = [config.dims[i], PLACES[i]];
    const row = { name: `features.${place + 1}`, shape: [before, before, dim], owns: [`features.${place}.`] };
    return POOLED[i] ? [row, { name: `features.${place + 2}`, shape: [after, after, dim] }] : [row];
  });
}

/** An AlexNet for a number of classes. */
export function alexnet(name: string, config: AlexNetConfig, classes: number): Model {
  const { dims, stem } = config;
  const sizes = [stem.size, ...SIZES];
  const head = denseHead({ ...config, channels: dims[4], classes }, "before", torchDefault);
  const layers = dims.map((dim, i) => ({
    name: `features.${PLACES[i]}`,
    inputs: i > 0 ? dims[i - 1] : 3,
    dim,
  }));
  return makeModel({
    name,
    classes,
    specs: [
      ...layers.flatMap(({ name, inputs, dim }, i) =>
        convSpecs(name, sizes[i], inputs, dim, torchDefault(sizes[i] ** 2 * inputs))
      ),
      ...head.specs,
    ],
    stride: leastSide(config),
    dropout: config.dropout > 0,
    outline: (imageSize) => [...outline(config, imageSize), ...head.outline],
    apply: (p, images, forward = {}) => {
      let x = images;
      layers.forEach(({ name }, i) => {
        const place = PLACES[i];
        x = relu(conv(p, name, x, i > 0 ? 1 : stem.stride, padOf(sizes[i])));
        x = tapped(forward, `features.${place + 1}`, x);
        if (POOLED[i]) x = tapped(forward, `features.${place + 2}`, maxPool(x, 3, 2));
      });
      return head.apply(p, x, forward);
    },
  });
}
