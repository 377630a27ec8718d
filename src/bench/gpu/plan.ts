/** What `deno task bench gpu` measures, and how its parts share what they learn. It needs no package. */
import type { ContestantConfig, Subject } from "../contestants.ts";

/** The parts, in the order in which they are run. `speed` is that of the first network in bfloat16. */
export const GPU_PARTS = [
  "device",
  "equality",
  "speed",
  "other_speeds",
  "determinism",
  "input",
  "growth",
] as const;

/** The name of a part. */
export type GpuPart = (typeof GPU_PARTS)[number];

/**
 * How a card multiplies. `tf32` is float32 whose products have 10 bits; the library chooses by a variable of
 * its environment.
 */
type CardPrecision = "float32" | "tf32" | "bfloat16";

/** A training that is compared on the card and on the CPU. */
export interface EqualityCase {
  model: string;
  /** Whether it is a masked autoencoder. */
  autoencoder?: boolean;
  /** Side of the images, px. */
  image: number;
  batch: number;
}

/** A network whose step is timed. */
export interface SpeedSubject extends Omit<Subject, "batch"> {
  precision: CardPrecision;
  /** The only batch size. Default: the fastest is looked for. */
  batch?: number;
}

/** Which parts, for how long. */
export interface GpuOptions {
  /** Default: all. */
  only?: readonly GpuPart[];
  /** Seconds after which the rest is left out. Default: 450. */
  within?: number;
  /** The only batch size of the large networks. Default: the fastest is looked for. */
  batch?: number;
}

/** Everything that is measured. Tests have one of their own. */
export interface GpuPlan {
  /** Where the engine must be. The CPU is for tests. */
  device: "GPU" | "CPU";
  precisions: readonly CardPrecision[];
  equality: readonly EqualityCase[];
  speed: SpeedSubject;
  otherSpeeds: readonly SpeedSubject[];
  /** Batch sizes to try, upwards. */
  sizes: readonly number[];
  /** Seconds of a round of steps, of which there are three. */
  seconds: number;
  determinism: readonly SpeedSubject[];
  /** Batch size of what does not look for one. */
  usualBatch: number;
  input: InputPlan;
  growth: { subject: Subject; steps: readonly [few: number, many: number] };
  /** Whether to look for PyTorch. */
  pytorch: boolean;
  /** Most seconds for starting a step of `torch.compile`. */
  compileLimit: number;
}

/** A training whose waiting for images is measured. */
interface InputPlan extends Omit<SpeedSubject, "change"> {
  /** How the photographs are stored, one after the other. */
  stored: readonly ("pixels" | "jpeg")[];
  /** Number of made-up photographs. */
  photographs: number;
  /** Side of the pool of pixels, px. */
  side: number;
  /** Seconds before and of the measurement. */
  warmUp: number;
  seconds: number;
}

/** One line of the result. */
export interface GpuRow {
  part: GpuPart | "end";
  [field: string]: unknown;
}

/** What the parts share. */
export interface GpuContext {
  plan: GpuPlan;
  /** `--batch`: the only batch size of the speeds, the determinism and the input. */
  batch?: number;
  /** Aborted when the time is over. */
  signal: AbortSignal;
  pytorch?: CudaPyTorch;
  /** The fastest batch size of each model so far. */
  best: Map<string, number>;
}

/** A Python whose PyTorch computes on the card. */
interface CudaPyTorch {
  python: string;
  version: string;
  device: ContestantConfig["device"];
}

/** Something that can be left out; its name says what. */
export interface GpuTask {
  name: string;
  run(): AsyncGenerator<GpuRow>;
}

/** Variables of a process of ours in a precision. */
export const environmentOf = (precision: CardPrecision): Record<string, string> =>
  precision === "bfloat16" ? {} : { NVIDIA_TF32_OVERRIDE: precision === "tf32" ? "1" : "0" };

/** The same as a recipe has it. */
export const recipePrecision = (precision: CardPrecision): "float32" | "bfloat16" =>
  precision === "bfloat16" ? "bfloat16" : "float32";

const large = (model: string, precision: CardPrecision): SpeedSubject => ({
  model,
  precision,
  image: 224,
  classes: 1000,
});

const micro = (model: string, precision: CardPrecision): SpeedSubject => ({
  model,
  precision,
  image: 32,
  batch: 128,
});

const [CONVNEXT, ...OTHERS] = ["convnext_tiny", "resnet50", "vit_small_patch16_224"];
const MICRO = ["convnext_micro", "resnet_micro"];

/** What is measured on a card. */
export const PLAN: GpuPlan = {
  device: "GPU",
  precisions: ["float32", "tf32", "bfloat16"],
  equality: [
    ...["cnn_micro", "alexnet_micro", "vgg_micro", "resnet_micro", "vit_micro", "convnext_micro"].map(
      (model) => ({ model, image: 32, batch: 16 }),
    ),
    { model: "convnext_atto", image: 64, batch: 8 },
    { model: "resnet18", image: 64, batch: 8 },
    { model: "mae_vit_micro", autoencoder: true, image: 32, batch: 8 },
  ],
  speed: large(CONVNEXT, "bfloat16"),
  otherSpeeds: [
    ...OTHERS.map((model) => large(model, "bfloat16")),
    ...MICRO.flatMap((model) => [micro(model, "float32"), micro(model, "bfloat16")]),
    ...[CONVNEXT, ...OTHERS].map((model) => large(model, "tf32")),
    ...[CONVNEXT, ...OTHERS].map((model) => large(model, "float32")),
  ],
  sizes: [64, 128, 256, 512, 1024, 2048, 4096],
  seconds: 1,
  determinism: [large(CONVNEXT, "bfloat16"), large("resnet50", "bfloat16")],
  usualBatch: 256,
  input: {
    ...large(CONVNEXT, "bfloat16"),
    stored: ["pixels", "jpeg"],
    photographs: 300,
    side: 256,
    warmUp: 6,
    seconds: 10,
  },
  growth: { subject: { model: "convnext_micro", image: 32, batch: 32 }, steps: [100, 1000] },
  pytorch: true,
  compileLimit: 120,
};
