import type { Parameters, ViTConfig } from "../models/mod.ts";
import { tf } from "../tensorflow/mod.ts";
import { conv, gelu, layerNorm, linear } from "./plain_networks.ts";

/** `[B T, C] -> [B T, C]` */
function attention(p: Parameters, name: string, x: tf.Tensor2D, tokens: number, heads: number): tf.Tensor2D {
  const width = x.shape[1] / heads;
  const qkv = linear(p, `${name}.qkv`, x).reshape([-1, tokens, 3, heads, width]);
  const [q, k, v] = tf.unstack(qkv.transpose([2, 0, 3, 1, 4])); // (B, heads, T, width) each
  const weights = tf.softmax(q.mul(1 / Math.sqrt(width)).matMul(k, false, true)); // (B, heads, T, T)
  const mixed = weights.matMul(v).transpose([0, 2, 1, 3]);
  return linear(p, `${name}.proj`, mixed.reshape(x.shape));
}

/** Patches with the class token before them and positions, `[B, H, W, 3] -> [B, T, C]` */
function embed(p: Parameters, { patch, dim }: ViTConfig, images: tf.Tensor4D): tf.Tensor3D {
  const B = images.shape[0];
  const patches = conv(p, "patch_embed.proj", images, patch).reshape<tf.Tensor3D>([B, -1, dim]);
  const token = p.cls_token as tf.Tensor3D | undefined;
  const tokens = token ? tf.concat([tf.tile(token, [B, 1, 1]), patches], 1) : patches;
  return tokens.add(p.pos_embed);
}

/** Logits of a ViT, [B, classes]. */
export function vit(p: Parameters, config: ViTConfig, images: tf.Tensor4D): tf.Tensor2D {
  const { dim, depth, heads, classToken, pooling } = config;
  const tokens = embed(p, config, images);
  const [B, T] = tokens.shape;
  let x = tokens.reshape<tf.Tensor2D>([B * T, dim]);
  for (let i = 0; i < depth; i++) {
    const name = `blocks.${i}`;
    x = x.add(attention(p, `${name}.attn`, layerNorm(p, `${name}.norm1`, x), T, heads));
    const hidden = gelu(linear(p, `${name}.mlp.fc1`, layerNorm(p, `${name}.norm2`, x)));
    x = x.add(linear(p, `${name}.mlp.fc2`, hidden));
  }
  const last = x.reshape<tf.Tensor3D>([B, T, dim]);
  const first = classToken ? 1 : 0;
  if (pooling === "token") {
    return linear(p, "head", layerNorm(p, "norm", last.slice([0, 0, 0], [B, 1, dim]).reshape([B, dim])));
  }
  const patches = last.slice([0, first, 0], [B, T - first, dim]);
  return linear(p, "head", layerNorm(p, "fc_norm", patches.mean<tf.Tensor2D>(1)));
}
