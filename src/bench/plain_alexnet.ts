import type { AlexNetConfig, Parameters } from "../models/mod.ts";
import { tf } from "../tensorflow/mod.ts";
import { averagedRows } from "./plain_averaged_rows.ts";
import { conv, linear } from "./plain_networks.ts";

/** Logits of an AlexNet, [B, classes]; dropout before the wide layers. */
export function alexnet(p: Parameters, config: AlexNetConfig, images: tf.Tensor4D): tf.Tensor2D {
  const { stem, pool, dropout } = config;
  const layer = (name: string, x: tf.Tensor4D, pad: number, stride = 1) =>
    conv(p, name, x, stride, pad).relu<tf.Tensor4D>();
  const halved = (x: tf.Tensor4D) => tf.maxPool(x, 3, 2, "valid");
  const stemPad = stem.size === 11 ? 2 : (stem.size - 1) / 2;
  let x = halved(layer("features.0", images, stemPad, stem.stride));
  x = halved(layer("features.3", x, 2));
  x = layer("features.8", layer("features.6", x, 1), 1);
  x = halved(layer("features.10", x, 1));
  let rows = averagedRows(x, pool);
  for (const name of ["classifier.1", "classifier.4"]) {
    rows = linear(p, name, tf.dropout(rows, dropout) as tf.Tensor2D).relu();
  }
  return linear(p, "classifier.6", rows);
}
