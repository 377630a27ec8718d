/**
 * MixUp (Zhang et al. 2018) and CutMix (Yun et al. 2019) as timm's `Mixup`: a batch is mixed with itself in
 * reverse order. The random draws make a plan, which is a function of seed and step alone; the training step
 * takes it as three small tensors.
 */
import type { Box } from "../images/mod.ts";
import { betaVariate, type Random } from "../stats/mod.ts";
import { tf } from "../tensorflow/mod.ts";
import type { Mix } from "./recipe.ts";

/** How one image is mixed. */
interface ImageMix {
  /** Weight of its own target, [0, 1]; the rest is its partner's. */
  lambda: number;
  /** The box that shows its partner's pixels. Without one, its pixels are the weighted mean of both. */
  box?: Box;
}

/** A step's plan, one entry an image. */
export type MixPlan = readonly ImageMix[];

/** A plan as the training step reads it; with {@link mix}. */
export type MixInput = {
  /** Weight of an image's own target, [B]. */
  lambda: tf.Tensor1D;
  /** Weight of its own pixels outside its box, [B]. */
  own: tf.Tensor1D;
  /**
   * First row, row after the last, first column, column after the last of its box, px, [B, 4]; empty: 0, 0,
   * 0, 0.
   */
  boxes: tf.Tensor2D;
};

/**
 * The plan of one step: a function of the stream alone, which is named by seed and step.
 *
 * @param batch number of images
 * @param size side of the images, px
 */
export function mixPlan(config: Mix, stream: Random, batch: number, size: number): MixPlan {
  if (config.mode === "element") return Array.from({ length: batch }, () => drawMix(config, size, stream));
  return new Array<ImageMix>(batch).fill(drawMix(config, size, stream));
}

function drawMix(
  { mixup, cutmix, probability, switchProbability }: Mix,
  size: number,
  stream: Random,
): ImageMix {
  if (stream.uniform() >= probability || mixup + cutmix === 0) return { lambda: 1 };
  const cut = cutmix > 0 && (mixup === 0 || stream.uniform() < switchProbability);
  const alpha = cut ? cutmix : mixup;
  const lambda = betaVariate(stream, alpha, alpha);
  if (!cut) return { lambda };
  const [y, x] = [stream.below(size), stream.below(size)];
  return cutMixOf(lambda, y, x, size, size);
}

/**
 * CutMix with a box of `1 - lambda` of the area about a centre, cut off at the border; its lambda is
 * corrected to the area that is left (timm's `rand_bbox` and `correct_lam`).
 */
export function cutMixOf(lambda: number, y: number, x: number, height: number, width: number): ImageMix {
  const ratio = Math.sqrt(1 - lambda);
  const [top, bottom] = interval(y, Math.trunc(height * ratio), height);
  const [left, right] = interval(x, Math.trunc(width * ratio), width);
  const box = { left, top, width: right - left, height: bottom - top };
  return { lambda: 1 - box.width * box.height / (height * width), box };
}

function interval(centre: number, length: number, size: number): [number, number] {
  return [
    Math.max(centre - Math.floor(length / 2), 0),
    Math.min(centre + Math.floor((length + 1) / 2), size),
  ];
}

/** A plan's tensors, for {@link mix}. The caller disposes them. */
export function mixInput(plan: MixPlan): MixInput {
  const edges = plan.flatMap(({ box }) =>
    box ? [box.top, box.top + box.height, box.left, box.left + box.width] : [0, 0, 0, 0]
  );
  return {
    lambda: tf.tensor1d(plan.map(({ lambda }) => lambda)),
    own: tf.tensor1d(plan.map(({ lambda, box }) => box ? 1 : lambda)),
    boxes: tf.tensor2d(edges, [plan.length, 4], "float32"),
  };
}

/**
 * Mixes a batch with itself in reverse order: a pure function of tensors, part of the compiled step. Mixing
 * commutes with normalisation, so images may be normalised before or after.
 *
 * @param images [B, H, W, C]
 * @param targets [B, classes], smoothed where labels are (timm's `mixup_target`)
 */
export function mix(
  images: tf.Tensor4D,
  targets: tf.Tensor2D,
  { lambda, own, boxes }: MixInput,
): { images: tf.Tensor4D; targets: tf.Tensor2D } {
  const [B, H, W] = images.shape;
  const [top, bottom, left, right] = tf.split(boxes, 4, 1); // [B, 1] each
  const rows = within(H, top, bottom).reshape([B, H, 1, 1]);
  const columns = within(W, left, right).reshape([B, 1, W, 1]);
  const outside = tf.sub(1, rows.mul(columns)); // [B, H, W, 1]
  return {
    images: weigh(images, outside.mul(own.reshape([B, 1, 1, 1]))) as tf.Tensor4D,
    targets: weigh(targets, lambda.reshape([B, 1])) as tf.Tensor2D,
  };
}

/** 1 where a place lies in [from, to), else 0: [B, 1], [B, 1] -> [B, size]. */
function within(size: number, from: tf.Tensor, to: tf.Tensor): tf.Tensor {
  const places = tf.range(0, size).reshape([1, size]);
  return places.greaterEqual(from).logicalAnd(places.less(to)).cast("float32");
}

/** `values` by weight, the rest from the batch in reverse order. */
function weigh(values: tf.Tensor, weight: tf.Tensor): tf.Tensor {
  return values.mul(weight).add(values.reverse(0).mul(tf.sub(1, weight)));
}
