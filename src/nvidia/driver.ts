/**
 * What NVIDIA's driver says about itself and the GPUs that it shows, asked from its library, libcuda, by FFI,
 * and whether the pinned TensorFlow's CUDA wheel runs there. Nothing is allocated on a GPU.
 */

/** Major and minor. */
type Version = readonly [number, number];

/** A GPU that this process may use. */
interface Gpu {
  /** The driver's name for it, for example `NVIDIA H100 80GB HBM3`. */
  name: string;
  /** Compute capability: 8.0 for an A100, 9.0 for an H100. */
  capability: Version;
  /** All of its memory, free or not. */
  bytes: number;
}

/** An NVIDIA driver. */
export interface Driver {
  /** The newest CUDA that it runs. [0, 0] where it does not say. */
  cuda: Version;
  /** In CUDA's order, of which TensorFlow takes the first that it can use. */
  gpus: Gpu[];
  /** Why no GPU can be asked for; absent where that works. */
  problem?: string;
}

/** Where libcuda is: on the loader's path, or where Windows puts it for WSL. */
const LIBCUDA: readonly string[] = ["libcuda.so.1", "/usr/lib/wsl/lib/libcuda.so.1"];

const SYMBOLS = {
  cuInit: { parameters: ["u32"], result: "i32" },
  cuDriverGetVersion: { parameters: ["buffer"], result: "i32" },
  cuDeviceGetCount: { parameters: ["buffer"], result: "i32" },
  cuDeviceGet: { parameters: ["buffer", "i32"], result: "i32" },
  cuDeviceGetName: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  cuDeviceTotalMem_v2: { parameters: ["buffer", "i32"], result: "i32" },
  cuDeviceGetAttribute: { parameters: ["buffer", "i32", "i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

type Library = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** Of CUdevice_attribute. */
const [CAPABILITY_MAJOR, CAPABILITY_MINOR] = [75, 76];

/** Answers of libcuda (CUresult) that a reader can do something about. */
const ANSWERS: Record<number, string> = {
  34: "it is a stub, which programs are linked with",
  100: "it shows no GPU",
  101: "CUDA_VISIBLE_DEVICES names a GPU that is not there",
  802: "the GPUs' fabric has not been started",
  803: "it does not fit the kernel's module: restart the machine",
  999: "an unknown error, often one that a restart ends",
};

/**
 * Asks the driver. libcuda shows the GPUs that the environment variable CUDA_VISIBLE_DEVICES leaves, as it
 * was when the process first asked. This takes from milliseconds to a few seconds, where the driver has to
 * wake the GPUs.
 *
 * @param libraries paths or names of libcuda, of which the first that opens is asked
 * @returns undefined where none opens: there is no driver
 */
export function readDriver(libraries: readonly string[] = LIBCUDA): Driver | undefined {
  const opened = firstOf(libraries);
  if (!opened) return undefined;
  // Never closed: TensorFlow may be using it, and what has been initialised stays so.
  const cuda = versionOf(opened);
  try {
    ask("cuInit", opened.cuInit(0));
    const count = number((into) => ask("cuDeviceGetCount", opened.cuDeviceGetCount(into)));
    return { cuda, gpus: Array.from({ length: count }, (_, index) => gpuAt(opened, index)) };
  } catch (error) {
    return { cuda, gpus: [], problem: (error as Error).message };
  }
}

function firstOf(libraries: readonly string[]): Library | undefined {
  for (const library of libraries) {
    try {
      return Deno.dlopen(library, SYMBOLS).symbols;
    } catch {
      // Not there, of another architecture, or without these functions.
    }
  }
  return undefined;
}

/** @throws {Error} for an answer other than CUDA_SUCCESS */
function ask(what: string, answer: number): void {
  if (answer === 0) return;
  const meaning = ANSWERS[answer] ? `: ${ANSWERS[answer]}` : "";
  throw new Error(`${what} of NVIDIA's driver answered ${answer}${meaning}`);
}

/** The int that a function writes. */
function number(write: (into: Int32Array<ArrayBuffer>) => void): number {
  const into = new Int32Array(1);
  write(into);
  return into[0];
}

/** Works before cuInit, so that a driver that is too old can be named. */
function versionOf(library: Library): Version {
  const version = number((into) => library.cuDriverGetVersion(into));
  return [Math.floor(version / 1000), Math.floor(version % 1000 / 10)];
}

function gpuAt(library: Library, index: number): Gpu {
  const device = number((into) => ask("cuDeviceGet", library.cuDeviceGet(into, index)));
  const attribute = (which: number) =>
    number((into) => ask("cuDeviceGetAttribute", library.cuDeviceGetAttribute(into, which, device)));
  const name = new Uint8Array(256);
  ask("cuDeviceGetName", library.cuDeviceGetName(name, name.length, device));
  const bytes = new BigUint64Array(1);
  ask("cuDeviceTotalMem", library.cuDeviceTotalMem_v2(bytes, device));
  return {
    name: new TextDecoder().decode(name.subarray(0, name.indexOf(0))),
    capability: [attribute(CAPABILITY_MAJOR), attribute(CAPABILITY_MINOR)],
    bytes: Number(bytes[0]),
  };
}

/**
 * The driver and all GPUs of the machine, whatever CUDA_VISIBLE_DEVICES shows of them. A process of its own
 * asks, so that this one does not start the driver.
 */
export async function readMachine(libraries: readonly string[] = LIBCUDA): Promise<Driver | undefined> {
  const { CUDA_VISIBLE_DEVICES: _, ...env } = Deno.env.toObject();
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-config", "--no-lock", "--quiet", import.meta.url, ...libraries],
    env,
    clearEnv: true,
    stderr: "null",
  }).output();
  if (!success) return { cuda: [0, 0], gpus: [], problem: "NVIDIA's driver ended the process that asked it" };
  return JSON.parse(new TextDecoder().decode(stdout)) ?? undefined;
}

/** The GPU that TensorFlow takes. */
export interface UsableGpu {
  gpu: Gpu;
  /** Its place in {@link Driver.gpus}. */
  index: number;
  /** Whether XLA can compile for it. */
  xla: boolean;
  /** Where it cannot: one sentence. */
  whyNoXla?: string;
  /** The first version of cuDNN 9 that no longer runs on it; absent where none is known. */
  cudnnBelow?: string;
}

/** The wheel is built with CUDA 12.5, whose libraries run on every driver for CUDA 12. */
const OLDEST_CUDA: Version = [12, 0];

/** The first driver of CUDA 12. */
const OLDEST_DRIVER = 525;

/** The oldest that the wheel has kernels for. */
const OLDEST_CAPABILITY: Version = [6, 0];

/**
 * From this one on XLA ends the process: `PTX version 8.5 does not support target 'sm_120'` (issue 111958 of
 * tensorflow/tensorflow). TensorFlow's own kernels run: the driver compiles them from the wheel's PTX for
 * 9.0, for minutes when they are first used.
 */
const FIRST_WITHOUT_XLA: Version = [10, 0];

/** cuDNN 9.11 has no kernels for what is older, Pascal and Volta: P100, V100. */
const CUDNN_BELOW = "9.11";
const FIRST_WITH_NEW_CUDNN: Version = [7, 5];

const isBelow = ([major, minor]: Version, [thanMajor, thanMinor]: Version) =>
  major < thanMajor || (major === thanMajor && minor < thanMinor);

/**
 * The GPU that the CUDA wheel uses: the first that it has kernels for. `reason`: why there is none, in a part
 * of a sentence without a full stop.
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
  if (isBelow(gpu.capability, FIRST_WITH_NEW_CUDNN)) {
    return { gpu, index, xla: true, cudnnBelow: CUDNN_BELOW };
  }
  if (isBelow(gpu.capability, FIRST_WITHOUT_XLA)) return { gpu, index, xla: true };
  const whyNoXla = `XLA of this TensorFlow does not know compute capability ${
    gpu.capability.join(".")
  } (${gpu.name}): element-wise parts are not fused.`;
  return { gpu, index, xla: false, whyNoXla };
}

if (import.meta.main) console.log(JSON.stringify(readDriver(Deno.args) ?? null));
