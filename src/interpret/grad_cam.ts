/** Grad-CAM: where a convolutional network looks for a class (Selvaraju et al. 2017). */
import { logits, type Model, type Weights } from "../models/mod.ts";
import { compile, type Compiled, tf } from "../tensorflow/mod.ts";

/** One map an image. */
export interface SaliencyMaps {
  /** [B, height, width], row by row; the larger the more it matters. */
  values: Float32Array;
  height: number;
  width: number;
}

/** The outcome of {@link gradCam}. */
interface GradCamMaps extends SaliencyMaps {
  /** The class that each map is of. */
  classes: Int32Array;
}

/** Settings of {@link gradCam}. */
interface GradCamOptions {
  /** One of the model's layers that gives a feature map. Default: the last that does. */
  layer?: string;
  /** Class that each map is to explain, [B]. Default: what the network says. */
  classes?: ArrayLike<number>;
}

type Targets = { targets?: tf.Tensor2D };

/** Grad-CAM compiled: (weights, [B, H, W, 3], one-hot classes) -> maps [B, h, w] and classes [B]. */
type GradCam = Compiled<[Weights, tf.Tensor4D, Targets], { maps: tf.Tensor3D; classes: tf.Tensor1D }>;

/**
 * Compiles Grad-CAM for one layer. The caller disposes it.
 *
 * A channel's weight is the mean over positions of the slope of the class's logit by it; a map is the
 * weighted sum of the channels where it is positive.
 *
 * @throws {Error} for a layer that the model doesn't have; when first called, for one that gives no feature
 *   map
 */
function makeGradCam(model: Model, layer?: string): GradCam {
  const name = layer ?? lastFeatureMap(model);
  if (!model.layers.includes(name)) {
    throw new Error(`${model.name} has no layer "${name}". Its layers: ${model.layers.join(", ")}.`);
  }
  return compile((weights: Weights, images: tf.Tensor4D, { targets }: Targets) => {
    const classify = logits(model, weights);
    const logitsWith = (tap: <T extends tf.Tensor>(x: T) => T) => {
      const at = <T extends tf.Tensor>(layer: string, x: T) => layer === name ? tap(x) : x;
      return classify(images, { tap: at });
    };
    let features!: tf.Tensor4D;
    const whole = logitsWith((x) => {
      if (x.rank !== 4) throw new Error(`"${name}" gives no feature map: for tokens see attentionRollout.`);
      features = x as unknown as tf.Tensor4D;
      return x;
    });
    const classes = targets ? targets.argMax<tf.Tensor1D>(-1) : whole.argMax<tf.Tensor1D>(-1);
    const chosen = targets ?? tf.oneHot(classes, model.classes).toFloat();
    // The layers before it are not computed twice: nothing reads them.
    const slope = tf.grad((x) => logitsWith(<T extends tf.Tensor>() => x as T).mul(chosen).sum())(features);
    const channels = slope.mean([1, 2], true); // (B, 1, 1, C)
    return { maps: features.mul(channels).sum<tf.Tensor3D>(-1).relu(), classes };
  });
}

/** The last layer that gives a feature map: the one whose channels say most and whose grid is coarsest. */
function lastFeatureMap(model: Model): string {
  const found = model.outline(model.leastSide).findLast(({ name, shape }) =>
    shape.length === 3 && model.layers.includes(name)
  );
  if (!found) throw new Error(`${model.name} gives no feature map: for tokens see attentionRollout.`);
  return found.name;
}

/**
 * Grad-CAM of a batch of images.
 *
 * @param weights not disposed
 * @param images normalised, [B, H, W, 3], see `imagesFromPixels`; not disposed
 * @throws {Error} for a layer or classes that cannot be
 */
export async function gradCam(
  model: Model,
  weights: Weights,
  images: tf.Tensor4D,
  { layer, classes }: GradCamOptions = {},
): Promise<GradCamMaps> {
  const compiled = makeGradCam(model, layer);
  const targets = classes && oneHot(classes, images.shape[0], model.classes);
  try {
    const output = await compiled(weights, images, { targets });
    const [, height, width] = output.maps.shape;
    const values = await output.maps.data() as Float32Array;
    const named = Int32Array.from(await output.classes.data());
    tf.dispose(output);
    return { values, height, width, classes: named };
  } finally {
    targets?.dispose();
    compiled.dispose();
  }
}

function oneHot(chosen: ArrayLike<number>, count: number, classes: number): tf.Tensor2D {
  const wrong = Array.from(chosen).find((c) => !(Number.isInteger(c) && c >= 0 && c < classes));
  if (wrong !== undefined || chosen.length !== count) {
    throw new RangeError(
      `classes [${
        Array.from(chosen)
      }] don't suit ${count} images of ${classes} classes: give one for each image`,
    );
  }
  const rows = new Float32Array(count * classes);
  Array.from(chosen).forEach((c, i) => rows[i * classes + c] = 1);
  return tf.tensor2d(rows, [count, classes]);
}
