/** CUDA's libraries, as pip lays them out beside TensorFlow's wheel, and why a GPU is not taken. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Driver, usable } from "../nvidia/mod.ts";
import type { NativeLibrary } from "./library.ts";

/**
 * The libraries that TensorFlow 2.21 opens before it registers a GPU, and nvJitLink, which two of them need.
 * Each stands after those that it needs. Without any one of the others TensorFlow takes no GPU.
 */
const LIBRARIES: readonly [folder: string, file: string][] = [
  ["cuda_runtime", "libcudart.so.12"],
  ["cublas", "libcublasLt.so.12"],
  ["cublas", "libcublas.so.12"],
  ["cufft", "libcufft.so.11"],
  ["nvjitlink", "libnvJitLink.so.12"],
  ["cusparse", "libcusparse.so.12"],
  ["cusolver", "libcusolver.so.11"],
  ["cudnn", "libcudnn.so.9"],
  ["nccl", "libnccl.so.2"],
];

/** The folder of NVIDIA's packages beside a TensorFlow wheel. */
const packagesFolder = ({ folder }: NativeLibrary) => join(folder, "../nvidia");

/** What of CUDA lies beside a TensorFlow. */
interface Cuda {
  /**
   * Paths of its libraries in the order in which they are to be opened. They are opened by path, before
   * TensorFlow looks for them by name: its wheel names the folders of all of them but cuSOLVER's.
   */
  libraries: string[];
  /** Folder with its assembler and libdevice, which XLA needs; absent where pip did not bring it. */
  compiler?: string;
}

/** What of CUDA lies beside a TensorFlow as pip lays it out; nothing beside a wheel for the CPU. */
export function cudaBeside(library: NativeLibrary): Cuda {
  const packages = packagesFolder(library);
  const paths = LIBRARIES.map(([folder, file]) => join(packages, folder, "lib", file));
  const compiler = join(packages, "cuda_nvcc");
  return {
    libraries: paths.filter((path) => existsSync(path)),
    compiler: existsSync(compiler) ? compiler : undefined,
  };
}

/** Whether a TensorFlow was built with CUDA. */
function isBuiltWithCuda({ framework }: NativeLibrary): boolean {
  const name = "_ZN10tensorflow19IsGoogleCudaEnabledEv"; // tensorflow::IsGoogleCudaEnabled()
  try {
    const { symbols } = Deno.dlopen(framework, { answer: { name, parameters: [], result: "u8" } });
    return symbols.answer() !== 0;
  } catch {
    return true; // a version without the function: what else is wrong will be said
  }
}

/** Why the system cannot open a library, by its path or name, in its words; `undefined` where it can. */
function openingProblem(library: string): string | undefined {
  try {
    Deno.dlopen(library, {});
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** What {@linkcode whyNoGpu} looks at. The defaults are this process's; tests pass their own. */
interface Circumstances {
  /** Whether this TensorFlow was built with CUDA. */
  isCudaBuild?: boolean;
  /** Why a library cannot be opened, if so. */
  problem?: (library: string) => string | undefined;
  /** CUDA_VISIBLE_DEVICES. */
  visible?: string;
}

/**
 * One or two sentences: why TensorFlow has taken no GPU where NVIDIA's driver is installed. `undefined` where
 * it is not, and where CUDA_VISIBLE_DEVICES hides all of them.
 */
export function whyNoGpu(
  library: NativeLibrary,
  driver: Driver | undefined,
  {
    isCudaBuild = isBuiltWithCuda(library),
    problem = openingProblem,
    visible = Deno.env.get("CUDA_VISIBLE_DEVICES"),
  }: Circumstances = {},
): string | undefined {
  if (!driver || visible === "" || visible === "-1") return undefined;
  const begin = `${driver.gpus[0]?.name ?? "The GPU"} is not used: `;
  const use = usable(driver);
  if ("reason" in use) return `${begin}${use.reason}.`;
  if (!isCudaBuild) {
    return `${begin}the TensorFlow in ${library.folder} is built without CUDA. Remove the folder .venv and run ` +
      "`deno task lab` again, or have NTD_TENSORFLOW name a TensorFlow with CUDA.";
  }
  for (const [folder, file] of LIBRARIES) {
    const path = join(packagesFolder(library), folder, "lib", file);
    const why = problem(existsSync(path) ? path : file);
    if (why) {
      return `${begin}CUDA's library ${file} does not open (${why}). Remove the folder .venv and run ` +
        "`deno task lab` again.";
    }
  }
  return `${begin}TensorFlow has not registered it. TF_CPP_MIN_LOG_LEVEL=0 in the environment lets TensorFlow say why.`;
}
