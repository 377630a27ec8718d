/** Attention rollout: how much each patch reaches the features of a ViT (Abnar & Zuidema 2020). */
import { logits, type Model, type Weights } from "../models/mod.ts";
import { inPrecision } from "../ops/mod.ts";
import { compile, tf } from "../tensorflow/mod.ts";
import { prefixTokens } from "../probe/mod.ts";
import type { SaliencyMaps } from "./grad_cam.ts";

/**
 * Attention matrices of all heads.
 *
 * @param qkv queries, keys and values side by side as timm's `attn.qkv` gives them, [B, T, 3 heads d]
 * @returns each row sums to 1, [B, heads, T, T]
 */
export function attentionWeights(qkv: tf.Tensor3D, heads: number): tf.Tensor4D {
  const [B, T, width] = qkv.shape;
  const d = width / (3 * heads);
  const [q, k] = tf.unstack(qkv.reshape([B, T, 3, heads, d]).transpose([2, 0, 3, 1, 4])); // each [B, heads, T, d]
  const scores = tf.matMul<tf.Tensor4D>(q as tf.Tensor4D, k as tf.Tensor4D, false, true);
  return scores.div<tf.Tensor4D>(Math.sqrt(d)).softmax(-1);
}

/**
 * Multiplies the attention of the blocks up, the residual branch counted as half. The product says how much
 * of each token of the image is in each token at the end.
 *
 * @param attention of each block from the first, [B, heads, T, T]
 * @returns each row sums to 1, [B, T, T]
 */
export function rollOut(attention: readonly tf.Tensor4D[]): tf.Tensor3D {
  const [, , T] = attention[0].shape;
  return attention.map((block) => {
    const mixed = block.mean<tf.Tensor3D>(1).add<tf.Tensor3D>(tf.eye(T)).div<tf.Tensor3D>(2);
    return mixed.div<tf.Tensor3D>(mixed.sum(-1, true));
  }).reduce((joint, block) => tf.matMul(block, joint));
}

const QKV = /\.attn\.qkv$/;

/**
 * Where the features of a ViT come from: the rolled out attention of the class token to the patches, or the
 * mean of that of all patches where there is no class token.
 *
 * @param weights not disposed
 * @param images normalised, [B, H, W, 3], see `imagesFromPixels`; not disposed
 * @throws {Error} for a model without attention
 */
export async function attentionRollout(
  model: Model,
  weights: Weights,
  images: tf.Tensor4D,
): Promise<SaliencyMaps> {
  const { heads } = model;
  if (!heads) throw new Error(`${model.name} has no attention: for feature maps see gradCam.`);
  const compiled = compile((weights: Weights, images: tf.Tensor4D) => {
    const attention: tf.Tensor4D[] = [];
    let prefix = 0;
    const tap = <T extends tf.Tensor>(name: string, x: T): T => {
      if (!QKV.test(name)) return x;
      prefix = prefixTokens(model, name);
      attention.push(attentionWeights(inPrecision(x, "float32") as unknown as tf.Tensor3D, heads));
      return x;
    };
    logits(model, weights)(images, { tap });
    const joint = rollOut(attention); // (B, T, T)
    const readers = prefix > 0 ? joint.slice([0, 0, 0], [-1, 1, -1]) : joint;
    return readers.mean<tf.Tensor2D>(1).slice([0, prefix]); // (B, patches)
  });
  try {
    const output = await compiled(weights, images);
    const side = Math.sqrt(output.shape[1]);
    const values = await output.data() as Float32Array;
    output.dispose();
    return { values, height: side, width: side };
  } finally {
    compiled.dispose();
  }
}
