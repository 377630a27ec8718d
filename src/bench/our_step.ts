/**
 * The project as a contestant of `deno task bench train`; the protocol stands in contestants.ts. Modes:
 * `float32` and `bfloat16`, compiled as the training loop compiles them; `eager`, the same step op by op;
 * `plain_tfjs`, the peer of plain_tfjs.ts.
 */
import { linesOf } from "../disk/mod.ts";
import { countParameters, createModel, type Model } from "../models/mod.ts";
import { imagesFromPixels } from "../ops/mod.ts";
import { random } from "../stats/mod.ts";
import {
  bytesTensor,
  compile,
  describeEngine,
  OutOfMemoryError,
  type Precision,
  startEngine,
  type TensorTree,
  tf,
  toPrecision,
} from "../tensorflow/mod.ts";
import {
  classifierRule,
  createState,
  makePredictor,
  paperRecipe,
  type Recipe,
  type StartedStep,
  Stepper,
  trialInput,
} from "../train/mod.ts";
import type { ContestantConfig, Memory, Ready } from "./contestants.ts";
import { residentMemory, seconds } from "./process.ts";
import { plainTfjs } from "./plain_tfjs.ts";

/** The work that is timed: one training step, and the prediction of one batch. */
interface Work {
  /** Number of trained values. */
  parameters: number;
  /** Goes on with batches of another size. */
  resize(batch: number): void;
  /** Takes so many steps and waits for the last. */
  train(steps: number): Promise<void>;
  evaluate(batches: number): Promise<void>;
}

/** Number of pixels' values that are drawn; more are their repetition. */
const DRAWN = 2_000_003;

/** Pixels of a batch. */
function bytesOf({ batch, image }: ContestantConfig): Uint8Array {
  const stream = random(1);
  const bytes = new Uint8Array(batch * image * image * 3);
  for (let i = 0; i < Math.min(bytes.length, DRAWN); i++) bytes[i] = stream.below(256);
  for (let i = DRAWN; i < bytes.length; i += DRAWN) bytes.copyWithin(i, 0, DRAWN);
  return bytes;
}

const pixelsOf = (bytes: Uint8Array, { batch, image }: ContestantConfig) =>
  bytesTensor<tf.Rank.R4>(bytes, [batch, image, image, 3]);

/** Stands in for `compile` where ops are to run one by one. */
const opByOp: typeof compile = <Inputs extends TensorTree[], Output>(f: (...inputs: Inputs) => Output) =>
  Object.assign(
    (...inputs: Inputs) => Promise.resolve(tf.tidy(() => f(...inputs) as tf.TensorContainer) as Output),
    { histograms: () => ({}), dispose: () => {} },
  );

function ourWork(network: Model, config: ContestantConfig): Work {
  const isEager = config.mode === "eager";
  const model = isEager ? { ...network, towers: 1 } : network; // one op at a time has nothing beside it
  const precision = isEager ? "float32" : config.mode as Precision;
  const recipe: Recipe = { ...paperRecipe, precision };
  const stepper = new Stepper(
    classifierRule(model, recipe),
    createState(model, recipe, 0),
    isEager ? opByOp : compile,
  );
  const predict = makePredictor(model, precision);
  let bytes = bytesOf(config);
  let input = trialInput(model, pixelsOf(bytes, config));
  return {
    parameters: countParameters(model.specs),
    resize: (batch) => {
      tf.dispose(input);
      config = { ...config, batch };
      bytes = bytesOf(config);
      input = trialInput(model, pixelsOf(bytes, config));
    },
    train: async (steps) => {
      let last: StartedStep | undefined;
      for (let i = 0; i < steps; i++) {
        const started = stepper.start(input);
        const { pixels } = input;
        input = { ...input, pixels: pixelsOf(bytes, config) }; // copied anew for each step, as the loop does
        const step = await started.finally(() => pixels.dispose());
        await last?.loss;
        last = step;
      }
      await last?.loss;
    },
    evaluate: async (batches) => {
      for (let i = 0; i < batches; i++) {
        const rows = await predict(stepper.state, input.pixels);
        await rows.data();
        rows.dispose();
      }
    },
  };
}

function plainWork(model: Model, config: ContestantConfig): Work {
  const { pixels, targets } = trialInput(model, pixelsOf(bytesOf(config), config));
  const { parameters, train } = plainTfjs(config.model, imagesFromPixels(pixels), targets);
  return {
    parameters,
    train: (steps) => {
      for (let i = 0; i < steps; i++) train();
      return Promise.resolve();
    },
    resize: () => {
      throw new Error("plain_tfjs keeps the size of its batches");
    },
    evaluate: () => Promise.reject(new Error("plain_tfjs only trains")),
  };
}

/** Products that are timed for {@link product}, after one that is not. */
const PRODUCTS = 5;

/** Seconds of the fastest product of two matrices, [size, size] each. */
async function product(size: number, precision: Precision): Promise<number> {
  const multiply = compile((a: tf.Tensor, b: tf.Tensor) => a.matMul(b));
  const matrices = [1, 2].map((seed) =>
    tf.tidy(() => toPrecision(tf.randomUniform([size, size], -1, 1, "float32", seed), precision))
  );
  const once = async () => (await multiply(matrices[0], matrices[1])).dispose();
  await once();
  const times: number[] = [];
  for (let i = 0; i < PRODUCTS; i++) times.push(await seconds(once));
  tf.dispose(matrices);
  multiply.dispose();
  return Math.min(...times);
}

/** What TensorFlow's libraries say where an allocation of their own fails. */
const FULL = /memory|OOM|exhausted|alloc|no algorithm worked/i;

function memory(): Memory {
  const { peak, now } = residentMemory();
  return { megabytes: peak, resident: now };
}

/** Takes the first step with batches of another size. */
async function resized(work: Work, batch: number) {
  work.resize(batch);
  try {
    return { first_step: await seconds(() => work.train(1)) };
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof OutOfMemoryError || FULL.test(message)) return { full: message.slice(0, 200) };
    throw error;
  }
}

if (import.meta.main) {
  const answer = (fields: object) => console.log(JSON.stringify(fields));
  let work: Work | undefined, precision: Precision = "float32";
  for await (const line of linesOf(Deno.stdin.readable)) {
    if (!work) {
      const config: ContestantConfig = JSON.parse(line);
      if (config.mode === "bfloat16") precision = config.mode;
      const version = describeEngine(await startEngine());
      const model = createModel(config.model, config.classes, config.image);
      work = config.mode === "plain_tfjs" ? plainWork(model, config) : ourWork(model, config);
      const { train } = work;
      const first_step = config.batch === 0 ? 0 : await seconds(() => train(1));
      answer({ version, parameters: work.parameters, first_step } satisfies Ready);
      continue;
    }
    const [what, count] = line.split(" ");
    if (what === "memory") answer(memory());
    else if (what === "batch") answer(await resized(work, Number(count)));
    else if (what === "product") answer({ seconds: await product(Number(count), precision) });
    else {
      const action = work[what as "train" | "evaluate"];
      answer({ seconds: await seconds(() => action(Number(count))) });
    }
  }
}
