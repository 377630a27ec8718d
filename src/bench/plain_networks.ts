/**
 * The benchmarked networks in tfjs's public functions. A layer takes all tensors of the network, and the name
 * under which its own stand.
 */
import type {
  AlexNetConfig,
  ConvNeXtConfig,
  ModelConfig,
  Parameters,
  ResNetConfig,
  VggConfig,
  ViTConfig,
} from "../models/mod.ts";
import { tf } from "../tensorflow/mod.ts";

/**
 * Logits of a network in training: batch norms by the statistics of the batch, dropout at
 * the configuration's rate.
 *
 * @param p tensors by the names of the project's model, parameters and buffers
 * @param images normalised, [B, H, W, 3]
 * @returns [B, classes]
 * @throws {Error} for a family that is not written down, and for stochastic depth
 */
export function plainLogits(p: Parameters, config: ModelConfig, images: tf.Tensor4D): tf.Tensor2D {
  if ("dropPath" in config && config.dropPath > 0) {
    throw new Error(`dropPath: plain tfjs has no stochastic depth; choose 0 instead of ${config.dropPath}.`);
  }
  switch (config.family) {
    case "alexnet":
      return alexnet(p, config, images);
    case "vgg":
      return vgg(p, config, images);
    case "resnet":
      return resnet(p, config, images);
    case "vit":
      return vit(p, config, images);
    case "convnext":
      return convnext(p, config, images);
    default:
      throw new Error(
        `family: plain tfjs is not written down for "${config.family}"; add it to src/bench/plain_networks.ts.`,
      );
  }
}

/** PyTorch's epsilon of batch norm, and timm's of layer norm. */
const BATCH_EPSILON = 1e-5, LAYER_EPSILON = 1e-6;

/** Zeros around each image: on the native library tfjs has gradients of "same" and "valid" alone. */
function padded(x: tf.Tensor4D, pad: number): tf.Tensor4D {
  return pad > 0 ? tf.pad(x, [[0, 0], [pad, pad], [pad, pad], [0, 0]]) : x;
}

/** Convolution, with bias where there is one: `[B, H, W, in] -> [B, H', W', out]` */
function conv(p: Parameters, name: string, x: tf.Tensor4D, stride = 1, pad = 0): tf.Tensor4D {
  const [weight, bias] = [p[`${name}.weight`] as tf.Tensor4D, p[`${name}.bias`]];
  const same = stride === 1 && 2 * pad === weight.shape[0] - 1;
  const y = same ? tf.conv2d(x, weight, 1, "same") : tf.conv2d(padded(x, pad), weight, stride, "valid");
  return bias ? y.add(bias) : y;
}

/**
 * `[rows, in] -> [rows, out]`; its weight may lie as a 1x1 convolution's, or as one for a whole feature map.
 */
function linear(p: Parameters, name: string, x: tf.Tensor2D): tf.Tensor2D {
  const weight = p[`${name}.weight`].reshape<tf.Tensor2D>([x.shape[1], -1]);
  return x.matMul(weight).add(p[`${name}.bias`]);
}

/** Normalisation over the last axis. */
function layerNorm<T extends tf.Tensor>(p: Parameters, name: string, x: T): T {
  const { mean, variance } = tf.moments(x, -1, true);
  const normalised = x.sub(mean).div(variance.add(LAYER_EPSILON).sqrt());
  return normalised.mul(p[`${name}.weight`]).add(p[`${name}.bias`]);
}

/**
 * Normalisation by the statistics of the batch. No running statistics are kept, which
 * only evaluation would read.
 */
function batchNorm(p: Parameters, name: string, x: tf.Tensor4D): tf.Tensor4D {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  const [scale, shift] = [p[`${name}.weight`], p[`${name}.bias`]] as tf.Tensor1D[];
  return tf.batchNorm(x, mean as tf.Tensor1D, variance as tf.Tensor1D, shift, scale, BATCH_EPSILON);
}

/** Gaussian error linear unit; tfjs has no function for it. */
function gelu<T extends tf.Tensor>(x: T): T {
  return x.mul(0.5).mul(x.mul(Math.SQRT1_2).erf().add(1));
}

/**
 * Weights [bins, length] of averages over windows that cover a line evenly, as PyTorch's
 * `AdaptiveAvgPool2d` has them.
 */
function windows(length: number, bins: number): tf.Tensor2D {
  const rows = Array.from({ length: bins }, (_, bin) => {
    const [from, to] = [Math.floor(bin * length / bins), Math.ceil((bin + 1) * length / bins)];
    return Array.from({ length }, (_, i) => i >= from && i < to ? 1 / (to - from) : 0);
  });
  return tf.tensor2d(rows);
}

/**
 * The rows of a feature map that AlexNet and VGG classify: averages over `bins` x `bins` windows, one matrix
 * product for columns and one for rows; `[B, H, W, C] -> [B, bins bins C]`
 */
function averagedRows(x: tf.Tensor4D, bins: number): tf.Tensor2D {
  const [B, H, W, C] = x.shape;
  if (H === bins && W === bins) return x.reshape([B, -1]);
  const columns = tf.matMul(windows(W, bins).expandDims(0), x.reshape([B * H, W, C])); // (B H, bins, C)
  const rows = tf.matMul(windows(H, bins).expandDims(0), columns.reshape([B, H, bins * C])); // (B, bins, bins C)
  return rows.reshape([B, -1]);
}

/** Logits of an AlexNet, [B, classes]; dropout before the wide layers. */
function alexnet(p: Parameters, config: AlexNetConfig, images: tf.Tensor4D): tf.Tensor2D {
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

/** Logits of a VGG, [B, classes]; dropout after the wide layers. */
function vgg(p: Parameters, config: VggConfig, images: tf.Tensor4D): tf.Tensor2D {
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

/** Convolution that keeps the size but for its stride, and batch norm. */
function convNorm(p: Parameters, name: string, norm: string, x: tf.Tensor4D, stride: number): tf.Tensor4D {
  const size = p[`${name}.weight`].shape[0];
  return batchNorm(p, norm, conv(p, name, x, stride, (size - 1) / 2));
}

/** `strides`: one for each convolution of the branch. */
function residualBlock(p: Parameters, name: string, x: tf.Tensor4D, strides: number[]): tf.Tensor4D {
  const branch = strides.reduce((y, stride, i) => {
    const input = i > 0 ? y.relu<tf.Tensor4D>() : y;
    return convNorm(p, `${name}.conv${i + 1}`, `${name}.bn${i + 1}`, input, stride);
  }, x);
  const down = `${name}.downsample`;
  const past = `${down}.0.weight` in p ? convNorm(p, `${down}.0`, `${down}.1`, x, Math.max(...strides)) : x;
  return branch.add(past).relu();
}

/** Logits of a ResNet, [B, classes]. */
function resnet(p: Parameters, config: ResNetConfig, images: tf.Tensor4D): tf.Tensor2D {
  let x = convNorm(p, "conv1", "bn1", images, config.stem === "3x3" ? 1 : 2).relu<tf.Tensor4D>();
  if (config.stem === "7x7") x = tf.maxPool(padded(x, 1), 3, 2, "valid"); // nothing is below 0, so that zeros around do not win
  config.depths.forEach((depth, s) => {
    for (let b = 0; b < depth; b++) {
      const stride = s > 0 && b === 0 ? 2 : 1;
      const strides = config.block === "basic" ? [stride, 1] : [1, stride, 1];
      x = residualBlock(p, `layer${s + 1}.${b}`, x, strides);
    }
  });
  return linear(p, "fc", x.mean([1, 2]));
}

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
function vit(p: Parameters, config: ViTConfig, images: tf.Tensor4D): tf.Tensor2D {
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

function convnextBlock(p: Parameters, name: string, x: tf.Tensor4D): tf.Tensor4D {
  const kernel = p[`${name}.conv_dw.weight`] as tf.Tensor4D;
  const mixed = tf.depthwiseConv2d(x, kernel, 1, "same").add(p[`${name}.conv_dw.bias`]);
  const rows = layerNorm(p, `${name}.norm`, mixed).reshape<tf.Tensor2D>([-1, x.shape[3]]);
  const out = linear(p, `${name}.mlp.fc2`, gelu(linear(p, `${name}.mlp.fc1`, rows)));
  return x.add(out.mul(p[`${name}.gamma`]).reshape(x.shape));
}

/** Logits of a ConvNeXt, [B, classes]. */
function convnext(
  p: Parameters,
  { depths, dims, patch }: ConvNeXtConfig,
  images: tf.Tensor4D,
): tf.Tensor2D {
  let x = layerNorm(p, "stem.1", conv(p, "stem.0", images, patch));
  for (let s = 0; s < dims.length; s++) {
    const down = `stages.${s}.downsample`;
    if (s > 0) x = conv(p, `${down}.1`, layerNorm(p, `${down}.0`, x), 2);
    for (let b = 0; b < depths[s]; b++) x = convnextBlock(p, `stages.${s}.blocks.${b}`, x);
  }
  return linear(p, "head.fc", layerNorm(p, "head.norm", x.mean<tf.Tensor2D>([1, 2])));
}
