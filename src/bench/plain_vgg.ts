import type { Parameters, VggConfig } from "../models/mod.ts";
import { tf } from "../tensorflow/mod.ts";
import { averagedRows } from "./plain_averaged_rows.ts";
import { batchNorm, conv, linear } from "./plain_networks.ts";

/** Logits of a VGG, [B, classes]; dropout after the wide layers. */
export function vgg(p: Parameters, config: VggConfig, images: tf.Tensor4D): tf.Tensor2D {
  let [x, place] = [images, 0]; // torchvision counts convolutions, batch norms, ReLUs and poolings
  for (const stage of config.dims) {
    for (let i = 0; i < stage.length; i++) {
      x = conv(p, `features.${place++}`, x, 1, 1);
      if (config.batchNorm) x = batchNorm(p, `features.${place++}`, x);
      x = x.relu();
      place++;
    }
    x = tf.maxPool(x, 2, 2, "valid");
    place++;
  }
  let rows = averagedRows(x, config.pool);
  for (const name of ["classifier.0", "classifier.3"]) {
    rows = tf.dropout(linear(p, name, rows).relu(), config.dropout) as tf.Tensor2D;
  }
  return linear(p, "classifier.6", rows);
}
