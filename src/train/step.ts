/** A training step, as pure functions of the network's state and a batch; `Stepper` takes the steps. */
import { type Weights } from "../models/mod.ts";
import { compile, type Compiled, type TensorTree, tf } from "../tensorflow/mod.ts";
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
  /** How the batch is mixed with its reverse; absent for a recipe without. */
  mixing?: MixInput;
};

/** Results of the forward and the backward pass of a batch. */
type Pass = {
  /** Gradient of the loss with respect to the parameters, clipped if the recipe says so. */
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

/** Value and gradient of a loss, the gradient clipped if the recipe says so. */
export function passOf(
  loss: (parameters: tf.Tensor1D) => tf.Scalar,
  parameters: tf.Tensor1D,
  { clipNorm }: Pick<Recipe, "clipNorm">,
): Pass {
  const { value, grad } = tf.valueAndGrad((flat) => loss(flat as tf.Tensor1D))(parameters);
  const gradient = grad as tf.Tensor1D;
  return { gradient: clipNorm === null ? gradient : clip(gradient, clipNorm), loss: value as tf.Scalar };
}

type Vector = tf.Tensor1D;

/** A step that the engine has been given. On a GPU it is still computed, and the next may be given. */
export interface StartedStep {
  /** The loss of the batch, nats, as soon as the step is computed. */
  loss: Promise<number>;
}

/** The inputs of AdamW that are no vectors of the state. */
export type RateInput = Pick<StepInput, "learningRate" | "corrections">;

/**
 * Takes training steps: forward, backward, AdamW, moving averages. A step is a few native calls, one for the
 * passes and one for each vector of the state, whose old values are freed before the next is made: beside the
 * state and the gradient there is never more than one vector as long as the network, where a single call that
 * returns a new state would need three.
 */
export class Stepper<Input extends TensorTree & RateInput> {
  /** After the latest step. Each step replaces its tensors and disposes those before. */
  readonly state: TrainState;
  #isWhole = true;
  readonly #pass: Compiled<[Weights, Input], Pass>;
  readonly #nextV: Compiled<[Vector, Vector], Vector>;
  readonly #nextM: Compiled<[Vector, Vector], Vector>;
  readonly #nextParameters: Compiled<[Vector, Pick<TrainState, "m" | "v">, RateInput], Vector>;
  readonly #average: Compiled<[Vector, Vector], Vector>;

  /**
   * @param state where the training begins; it becomes the stepper's own
   * @param wrap what makes native functions of the step's parts. Default: {@link compile}
   */
  constructor({ pass, towers, optimizer, ema }: StepRule<Input>, state: TrainState, wrap = compile) {
    this.state = state;
    const rule = adamW(optimizer);
    this.#pass = wrap(pass, { towers });
    this.#nextV = wrap(rule.v);
    this.#nextM = wrap(rule.m);
    this.#nextParameters = wrap(rule.parameters);
    this.#average = wrap((before: Vector, now: Vector) => movingAverage(before, now, ema!));
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
    const { parameters, buffers } = this.state;
    const { gradient, loss, buffers: moved } = await this.#pass({ parameters, buffers }, input);
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
    return [this.#pass, this.#nextV, this.#nextM, this.#nextParameters, this.#average];
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
