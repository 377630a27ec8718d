/**
 * What NVIDIA's driver says about itself and the GPUs that it shows, asked from its library, libcuda, by FFI.
 * Nothing is allocated on a GPU.
 */

/** Major and minor. */
export type Version = readonly [number, number];

/** A GPU that this process may use. */
export interface Gpu {
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
export const LIBCUDA: readonly string[] = ["libcuda.so.1", "/usr/lib/wsl/lib/libcuda.so.1"];

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
 * Asks the driver. libcuda shows the GPUs that the environment variable CUDA_VISIBLE_DEVICES leaves, as it was
 * when the process first asked. This takes from milliseconds to a few seconds, where the driver has to wake
 * the GPUs.
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
