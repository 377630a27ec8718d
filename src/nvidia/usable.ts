/** Whether the CUDA wheel of the pinned TensorFlow runs on a machine, from what its driver says. */
import type { Driver, Gpu, Version } from "./driver.ts";

/** The GPU that TensorFlow takes. */
export interface UsableGpu {
  gpu: Gpu;
  /** Its place in {@link Driver.gpus}. */
  index: number;
  /** Whether XLA can compile for it. */
  xla: boolean;
  /** Where it cannot: one sentence. */
  whyNoXla?: string;
}

/** The wheel is built with CUDA 12.5, whose libraries run on every driver for CUDA 12. */
const OLDEST_CUDA: Version = [12, 0];

/** The first driver of CUDA 12. */
const OLDEST_DRIVER = 525;

/** The oldest that the wheel has kernels for. */
const OLDEST_CAPABILITY: Version = [6, 0];

/**
 * From this one on XLA ends the process: `PTX version 8.5 does not support target 'sm_120'` (issue 111958 of
 * tensorflow/tensorflow). TensorFlow's own kernels run: the driver compiles them from the wheel's PTX for 9.0,
 * for minutes when they are first used.
 */
const FIRST_WITHOUT_XLA: Version = [10, 0];

const isBelow = ([major, minor]: Version, [thanMajor, thanMinor]: Version) =>
  major < thanMajor || (major === thanMajor && minor < thanMinor);

/**
 * The GPU that the CUDA wheel uses: the first that it has kernels for. `reason`: why there is none, in a part of
 * a sentence without a full stop.
 */
export function usable({ cuda, gpus, problem }: Driver): UsableGpu | { reason: string } {
  const says = `NVIDIA's driver runs CUDA ${cuda.join(".")}`;
  // An unknown version is no reason by itself.
  if (cuda[0] > 0 && isBelow(cuda, OLDEST_CUDA)) {
    return { reason: `${says}, and TensorFlow needs 12.0, that is driver ${OLDEST_DRIVER} or newer` };
  }
  if (problem) return { reason: problem };
  if (gpus.length === 0) return { reason: "NVIDIA's driver shows no GPU" };
  const index = gpus.findIndex(({ capability }) => !isBelow(capability, OLDEST_CAPABILITY));
  if (index < 0) {
    const [{ name, capability }] = gpus;
    return {
      reason: `${name} has compute capability ${capability.join(".")}, and TensorFlow needs ` +
        `${OLDEST_CAPABILITY.join(".")} or above`,
    };
  }
  const gpu = gpus[index];
  if (isBelow(gpu.capability, FIRST_WITHOUT_XLA)) return { gpu, index, xla: true };
  const whyNoXla = `XLA of this TensorFlow does not know compute capability ${
    gpu.capability.join(".")
  } (${gpu.name}): element-wise parts are not fused.`;
  return { gpu, index, xla: false, whyNoXla };
}
