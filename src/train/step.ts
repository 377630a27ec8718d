/** A training step, as pure functions of the network's state and a batch; `Stepper` takes the steps. */
import { type Weights } from "../models/mod.ts";
import { compile, type Compiled, takeRows, type TensorTree, tf } from "../tensorflow/mod.ts";
import { type MixInput } from "./mixup.ts";
import { adamW, type optimizerOf } from "./optimizer.ts";
import type { Recipe } from "./recipe.ts";

/** Everything that a step changes. All flat vectors, one number a parameter, or a value of the buffers. */
export type TrainState = {
  parameters: tf.Tensor1D;
  /** AdamW's moments. */
  m: tf.Tensor1D;
  v: tf.Tensor1D;
  /** Moving average of the parameters; absent when the recipe has none. */
  ema?: tf.Tensor1D;
  /** Running statistics of batch norms; absent for a model without buffers. */
  buffers?: tf.Tensor1D;
  /** Their moving average, at the rate of the parameters', as in timm's `ModelEma`. */
  emaBuffers?: tf.Tensor1D;
};

/** Everything that a step reads from outside. */
export type StepInput = {
  /** 8-bit values, [B, H, W, 3], or [B, H, W, 1] for grey; see `imagesFromPixels`. */
  pixels: tf.Tensor4D;
  /** Soft targets, [B, classes]. */
  targets: tf.Tensor2D;
  learningRate: tf.Scalar;
  /** AdamW's bias corrections, [2]. */
  corrections: tf.Tensor1D;
  /** Stochastic depth, [branches, B]; absent for a model without. */
  keep?: tf.Tensor2D;
  /** Key of dropout's random numbers, int32 [2]; absent for a model without. */
  dropout?: tf.Tensor1D;
  /** Of a part of a batch: the places of its images in it, int32 [B], for dropout. Absent: it is whole. */
  images?: tf.Tensor1D;
  /** How the batch is mixed with its reverse; absent for a recipe without. */
  mixing?: MixInput;
};

/** Results of the forward and the backward pass of a batch. */
type Pass = {
  /** Gradient of the loss with respect to the parameters, clipped if the recipe says so and it is whole. */
  gradient: tf.Tensor1D;
  /** Loss of the batch, nats. */
  loss: tf.Scalar;
  /** The buffers after the batch; absent for a model without. */
  buffers?: tf.Tensor1D;
};

/** How a batch moves a state: the passes that give a gradient, and the update that follows. */
export interface StepRule<Input> {
  /** It reads no value and keeps nothing, so that it can be compiled. */
  pass: (weights: Weights, input: Input) => Pass;
  /** Number of parts of the passes that do not depend on each other; see `compile`. */
  towers: number;
  /** Parts that a batch is taken in, and what is done to their mean gradient. Absent: it is taken whole. */
  accumulate?: { parts: number; finish: (gradient: tf.Tensor1D) => tf.Tensor1D };
  optimizer: ReturnType<typeof optimizerOf>;
  /** Decay of the moving average of the weights; null for none. */
  ema: number | null;
}

/** Scales a gradient down to a global norm, as `torch.nn.utils.clip_grad_norm_` does. */
export function clip(gradient: tf.Tensor1D, norm: number): tf.Tensor1D {
  const scale = tf.minimum(1, tf.div(norm, gradient.norm().add(1e-6)));
  return gradient.mul(scale);
}

/** An exponential moving average after one more step, as timm's `ModelEmaV3`. */
export function movingAverage(before: tf.Tensor1D, now: tf.Tensor1D, decay: number): tf.Tensor1D {
  return before.mul(decay).add(now.mul(1 - decay));
}

/** A gradient, clipped if the recipe says so. */
function clipped(gradient: tf.Tensor1D, { clipNorm }: Pick<Recipe, "clipNorm">): tf.Tensor1D {
  return clipNorm === null ? gradient : clip(gradient, clipNorm);
}

/** Value and gradient of a loss; the gradient of a whole batch is clipped if the recipe says so. */
export function passOf(
  loss: (parameters: tf.Tensor1D) => tf.Scalar,
  parameters: tf.Tensor1D,
  { clipNorm, accumulate = 1 }: Pick<Recipe, "clipNorm" | "accumulate">,
): Pass {
  const { value, grad } = tf.valueAndGrad((flat) => loss(flat as tf.Tensor1D))(parameters);
  const gradient = grad as tf.Tensor1D;
  const isWhole = accumulate === 1;
  return { gradient: isWhole ? clipped(gradient, { clipNorm }) : gradient, loss: value as tf.Scalar };
}

/** How a batch is taken under a recipe; see {@link StepRule}. */
export function accumulationOf(
  recipe: Pick<Recipe, "accumulate" | "batchSize" | "clipNorm">,
): Pick<StepRule<never>, "accumulate"> {
  const parts = partsOf(recipe);
  return parts === 1 ? {} : { accumulate: { parts, finish: (gradient) => clipped(gradient, recipe) } };
}

// Gradient accumulation: a batch goes through the network in parts, one after another, and their gradients
// are averaged. Memory then grows with the part. The step is that of the whole batch but for rounding: losses
// are means over images, and every random number of an image is that which it has in the whole batch. Batch
// norm is the exception: it has the statistics of a part, and its running ones move once a part.

/** The tensors of a step's input that have a row, or a column, for each image, and that axis. */
const AXIS_OF_IMAGES = {
  pixels: 0,
  targets: 0,
  noise: 0,
  keep: 1,
} as const;

/** What is cut of an input; the rest is the same for all parts. */
type Cut = Partial<Record<keyof typeof AXIS_OF_IMAGES, tf.Tensor>> & {
  mixing?: MixInput;
  dropout?: tf.Tensor1D;
};

/**
 * Number of parts that a batch is taken in.
 *
 * @throws {RangeError} where they would not be equal, or cut a pair that MixUp mixes
 */
export function partsOf({ accumulate = 1, batchSize }: Pick<Recipe, "accumulate" | "batchSize">): number {
  if (accumulate === 1 || batchSize % (2 * accumulate) === 0) return accumulate;
  throw new RangeError(
    `recipe.accumulate (${accumulate}) must cut recipe.batchSize (${batchSize}) into parts of an even number of ` +
      `images: give a batch size that ${2 * accumulate} divides, or another number of parts`,
  );
}

/**
 * One part of a step's input: as many images from the front of the batch as from its end, opposite each
 * other, so that a batch that is mixed with its reverse is mixed within the part. The caller disposes its
 * tensors, but for those of the input that are not of images.
 */
export function partOf<Input extends Cut>(input: Input, part: number, parts: number): Input {
  const B = input.pixels!.shape[0];
  const half = B / parts / 2;
  const starts = [part * half, B - (part + 1) * half];
  const places = starts.flatMap((start) => Array.from({ length: half }, (_, i) => start + i));
  const images = tf.tensor1d(places, "int32");
  const cut = <T extends tf.Tensor>(x: T, axis = 0): T => takeRows(x, images, axis);
  const rows = Object.entries(AXIS_OF_IMAGES).flatMap(([name, axis]) => {
    const tensor = input[name as keyof typeof AXIS_OF_IMAGES];
    return tensor ? [[name, cut(tensor, axis)]] : [];
  });
  const { mixing, dropout } = input;
  return {
    ...input,
    ...Object.fromEntries(rows),
    ...(mixing && { mixing: { lambda: cut(mixing.lambda), own: cut(mixing.own), boxes: cut(mixing.boxes) } }),
    ...(dropout && { images }),
  };
}

/** Adds up the passes of a batch's parts. */
class Accumulator {
  readonly #parts: number;
  readonly #add: Compiled<[tf.Tensor1D, tf.Tensor1D], tf.Tensor1D>;
  readonly #finish: Compiled<[tf.Tensor1D], tf.Tensor1D>;

  /**
   * @param parts of a batch
   * @param finish what is done to the mean gradient: it is clipped
   */
  constructor(parts: number, finish: (gradient: tf.Tensor1D) => tf.Tensor1D, wrap = compile) {
    this.#parts = parts;
    this.#add = wrap((sum: tf.Tensor1D, gradient: tf.Tensor1D) => sum.add(gradient));
    this.#finish = wrap((sum: tf.Tensor1D) => finish(sum.div(parts)));
  }

  /**
   * The pass of a whole batch.
   *
   * @param passOfPart gives the pass of one part; it gets the buffers that the part before has left
   */
  async pass(passOfPart: (part: number, buffers?: tf.Tensor1D) => Promise<Pass>): Promise<Pass> {
    let sum: Pass | undefined;
    try {
      for (let part = 0; part < this.#parts; part++) {
        const next = await passOfPart(part, sum?.buffers);
        sum = sum ? await this.#sum(sum, next) : next;
      }
      const { gradient, loss, ...rest } = sum!;
      const whole = {
        ...rest,
        gradient: await this.#finish(gradient),
        loss: loss.div<tf.Scalar>(this.#parts),
      };
      tf.dispose([gradient, loss]);
      return whole;
    } catch (error) {
      if (sum) tf.dispose(sum as tf.TensorContainer);
      throw error;
    }
  }

  async #sum(sum: Pass, next: Pass): Promise<Pass> {
    const gradient = await this.#add(sum.gradient, next.gradient);
    const loss = sum.loss.add<tf.Scalar>(next.loss);
    tf.dispose([sum.gradient, next.gradient, sum.loss, next.loss, ...(sum.buffers ? [sum.buffers] : [])]);
    return { gradient, loss, ...(next.buffers && { buffers: next.buffers }) };
  }

  /** Its native functions. */
  get functions() {
    return [this.#add, this.#finish];
  }
}

type Vector = tf.Tensor1D;

/** A step that the engine has been given. On a GPU it is still computed, and the next may be given. */
export interface StartedStep {
  /** The loss of the batch, nats, as soon as the step is computed. */
  loss: Promise<number>;
}

/** The inputs of AdamW that are no vectors of the state. */
type RateInput = Pick<StepInput, "learningRate" | "corrections">;

/** The inputs of every step. */
export type ImageInput = RateInput & Pick<StepInput, "pixels">;

/**
 * Takes training steps: forward, backward, AdamW, moving averages. A step is a few native calls, one for the
 * passes and one for each vector of the state, whose old values are freed before the next is made: beside the
 * state and the gradient there is never more than one vector as long as the network, where a single call that
 * returns a new state would need three.
 */
export class Stepper<Input extends TensorTree & ImageInput> {
  /** After the latest step. Each step replaces its tensors and disposes those before. */
  readonly state: TrainState;
  #isWhole = true;
  readonly #pass: Compiled<[Weights, Input], Pass>;
  readonly #nextV: Compiled<[Vector, Vector], Vector>;
  readonly #nextM: Compiled<[Vector, Vector], Vector>;
  readonly #nextParameters: Compiled<[Vector, Pick<TrainState, "m" | "v">, RateInput], Vector>;
  readonly #average: Compiled<[Vector, Vector], Vector>;
  readonly #accumulator: Accumulator | undefined;
  readonly #parts: number;

  /**
   * @param state where the training begins; it becomes the stepper's own
   * @param wrap what makes native functions of the step's parts. Default: {@link compile}
   */
  constructor(
    { pass, towers, optimizer, ema, accumulate }: StepRule<Input>,
    state: TrainState,
    wrap = compile,
  ) {
    this.state = state;
    const rule = adamW(optimizer);
    this.#pass = wrap(pass, { towers });
    this.#nextV = wrap(rule.v);
    this.#nextM = wrap(rule.m);
    this.#nextParameters = wrap(rule.parameters);
    this.#average = wrap((before: Vector, now: Vector) => movingAverage(before, now, ema!));
    this.#parts = accumulate?.parts ?? 1;
    this.#accumulator = accumulate && new Accumulator(accumulate.parts, accumulate.finish, wrap);
  }

  /**
   * Whether the state is that after some step; false while one is started, and after one has failed on its
   * way.
   */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /**
   * Takes one step and waits for it. The input must live until it is taken.
   *
   * @returns the loss of the batch, nats
   */
  async take(input: Input): Promise<number> {
    return await (await this.start(input)).loss;
  }

  /** Has the engine take one step. The input must live until this is resolved. */
  async start(input: Input): Promise<StartedStep> {
    const { gradient, loss, buffers: moved } = await this.#passes(input);
    try {
      this.#isWhole = false;
      if (moved) this.#replace("buffers", moved);
      await this.#descend(gradient, input);
      await this.#moveAverages();
      this.#isWhole = true;
      const value = loss.data().then(([value]) => value);
      value.catch(() => {}); // its error is thrown where it is waited for
      return { loss: value };
    } finally {
      tf.dispose([gradient, loss]);
    }
  }

  /** Forward and backward of a batch, whole or in parts. */
  async #passes(input: Input): Promise<Pass> {
    const { parameters, buffers } = this.state;
    if (!this.#accumulator) return await this.#pass({ parameters, buffers }, input);
    return await this.#accumulator.pass(async (index, moved) => {
      const part = tf.tidy(() => partOf(input, index, this.#parts) as tf.TensorContainer) as Input;
      try {
        return await this.#pass({ parameters, buffers: moved ?? buffers }, part);
      } finally {
        const { learningRate: _, corrections: __, dropout: ___, ...own } = part as Input & StepInput;
        tf.dispose(own as tf.TensorContainer);
      }
    });
  }

  /** Number of nodes of each op in the native functions. */
  histogram(): Record<string, number> {
    const sum: Record<string, number> = {};
    for (const histogram of this.#functions.flatMap((f) => Object.values(f.histograms()))) {
      for (const [op, count] of Object.entries(histogram)) sum[op] = (sum[op] ?? 0) + count;
    }
    return sum;
  }

  /** Disposes the state and forgets the native functions. */
  dispose(): void {
    tf.dispose(this.state);
    for (const { dispose } of this.#functions) dispose();
  }

  get #functions() {
    const ofParts = this.#accumulator?.functions ?? [];
    return [this.#pass, this.#nextV, this.#nextM, this.#nextParameters, this.#average, ...ofParts];
  }

  /** AdamW; frees the gradient as soon as it has been read. */
  async #descend(gradient: Vector, { learningRate, corrections }: RateInput): Promise<void> {
    const { state } = this;
    this.#replace("v", await this.#nextV(state.v, gradient));
    this.#replace("m", await this.#nextM(state.m, gradient));
    gradient.dispose();
    const { parameters, m, v } = state;
    this.#replace(
      "parameters",
      await this.#nextParameters(parameters, { m, v }, { learningRate, corrections }),
    );
  }

  async #moveAverages(): Promise<void> {
    const { ema, parameters, emaBuffers, buffers } = this.state;
    if (ema) this.#replace("ema", await this.#average(ema, parameters));
    if (emaBuffers) this.#replace("emaBuffers", await this.#average(emaBuffers, buffers!));
  }

  #replace(name: keyof TrainState, vector: Vector): void {
    this.state[name]!.dispose();
    this.state[name] = vector;
  }
}
