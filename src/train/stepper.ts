import type { Weights } from "../models/mod.ts";
import { compile, type Compiled, type TensorTree, tf } from "../tensorflow/mod.ts";
import { adamW } from "./optimizer.ts";
import { movingAverage, type Pass, type StepInput, type StepRule, type TrainState } from "./step.ts";

type Vector = tf.Tensor1D;

/** What AdamW reads beside vectors. */
export type RateInput = Pick<StepInput, "learningRate" | "corrections">;

/**
 * Takes training steps: forward, backward, AdamW, moving averages. A step is a few native calls, one for the passes and one for each
 * vector of the state, whose old values are freed before the next is made: beside the state and the gradient there is
 * never more than one vector as long as the network, where a single call that returns a new state would need three.
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

  /** Whether the state is that after some step; false while one is taken, and after one has failed on its way. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /**
   * Takes one step. The input must live until it is taken.
   *
   * @returns the loss of the batch, nats
   */
  async take(input: Input): Promise<number> {
    const { parameters, buffers } = this.state;
    const { gradient, loss, buffers: moved } = await this.#pass({ parameters, buffers }, input);
    try {
      this.#isWhole = false;
      if (moved) this.#replace("buffers", moved);
      await this.#descend(gradient, input);
      await this.#moveAverages();
      this.#isWhole = true;
      return (await loss.data())[0];
    } finally {
      tf.dispose([gradient, loss]);
    }
  }

  /** How many nodes of each op the native functions have. */
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
