/**
 * The classifier of AlexNet and VGG: two wide linear layers with ReLU and dropout, then one for the classes.
 */
import { adaptiveAveragePool, dropout as dropValues } from "../../ops/mod.ts";
import type { tf } from "../../tensorflow/mod.ts";
import { fields } from "./family.ts";
import { linear, linearIn, relu } from "../layers.ts";
import { type Layer, tapped } from "../network.ts";
import type { Initialiser } from "../parameters.ts";

const { whole, probability } = fields;

/** Fields of a head. */
export const headFields = {
  pool: whole.describe("Side to which the last feature map is averaged, whatever the image's."),
  hidden: whole.describe("Width of the two wide layers."),
  dropout: probability.describe(
    "Probability of dropping a value in training, at two places. torchvision: 0.5.",
  ),
};

/**
 * A feature map [B, H, W, C] to features [B, hidden], then to classes.
 *
 * @param order dropout before each wide layer (AlexNet), or after its ReLU (VGG); torchvision numbers the
 *   layers accordingly
 */
export function denseHead(
  { pool, hidden, dropout: rate }: { pool: number; hidden: number; dropout: number },
  classes: number,
  order: "before" | "after",
  init: Initialiser,
): { layers: Layer[]; classifier: Layer & { name: string } } {
  const before = order === "before";
  const [first, second] = before ? [1, 4] : [0, 3]; // numbers in torchvision's `classifier`
  const wide = (number: number, place: number, layer: (name: string) => Layer) => {
    const activated = tapped(`classifier.${place + 1}`, layer(`classifier.${place}`), relu); // (B, hidden)
    return before ? [dropout(number, rate), activated] : [activated, dropout(number, rate)];
  };
  return {
    layers: [
      tapped("avgpool", averagePoolTo(pool)), // (B, pool, pool, C)
      flatten,
      ...wide(0, first, (name) => flattened(name, pool, hidden, init)),
      ...wide(1, second, (name) => linear(name, hidden, init)),
    ],
    classifier: linear("classifier.6", classes, init),
  };
}

/** Averages a feature map to `side` x `side`, whatever its size. */
function averagePoolTo(side: number): Layer {
  return {
    place: ({ shape: [, , C] }) => ({
      shape: [side, side, C],
      apply: (_p, x) => adaptiveAveragePool(x as tf.Tensor4D, side),
    }),
  };
}

/** A feature map as one row an image, `[B, H, W, C] -> [B, H W C]` */
const flatten: Layer = {
  place: ({ shape }) => {
    const length = shape.reduce((a, b) => a * b);
    return { shape: [length], apply: (_p, x) => x.reshape([-1, length]) };
  },
};

/**
 * Dropout in training, where there is a key.
 *
 * @param number tells the dropouts of one network apart
 */
function dropout(number: number, rate: number): Layer {
  return {
    place: () => ({
      apply: (_p, x, { forward: { dropout: key, part } }) => key ? dropValues(x, key, number, rate, part) : x,
    }),
  };
}

/** {@link linear} that reads a whole feature map of `side` x `side`. */
const flattened = (name: string, side: number, outputs: number, init: Initialiser): Layer =>
  linearIn(name, "flattened", (inputs) => [side, side, inputs / side ** 2, outputs], init);
