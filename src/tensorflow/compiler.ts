/**
 * Settings of XLA, the compiler of fused functions, and its cache on disk. XLA reads them when it
 * compiles its first function.
 */
import { repositoryRoot } from "../disk/mod.ts";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { setNativeEnvironment } from "./process.ts";

/**
 * Versions of TensorFlow that the flags below were tried with: XLA ends the process at a
 * flag that it does not know.
 */
const KNOWN = /^2\.21\./;

/**
 * Settings that compile fast, to loops that run as fast: emitters that take half of the time, each function
 * as one module, LLVM's level 2. YNNPACK is off: it gains no speed, and it ends the process when two threads
 * first use a function at once (both fill one list).
 */
const XLA_FLAGS = "--xla_cpu_use_fusion_emitters=false --xla_llvm_disable_expensive_passes=true " +
  "--xla_cpu_parallel_codegen_split_count=1 --xla_backend_optimization_level=2 --xla_cpu_experimental_ynn_fusion_type=";

let cache: string | undefined;

/** The processor that code is compiled for. */
function processor(): string {
  try {
    const lines = Deno.readTextFileSync("/proc/cpuinfo").split("\n");
    return lines.filter((line) => /^(model name|flags|Features)\b/.test(line)).slice(0, 2).join("\n");
  } catch {
    return `${Deno.build.os} ${Deno.build.arch} ${Deno.osRelease()}`;
  }
}

/**
 * Sets up the compiler, with a cache in `.cache/compiler/` by TensorFlow's version, processor and
 * settings: only the first training on a machine waits for it. Call it before anything is compiled.
 * Variables that are set already stay.
 *
 * @param cuda folder with CUDA's assembler and libdevice, for a GPU. Default: XLA looks for one
 */
export function setUpCompiler(version: string, cuda?: string): void {
  if (!KNOWN.test(version)) return;
  setNativeEnvironment({ XLA_FLAGS: XLA_FLAGS + (cuda ? ` --xla_gpu_cuda_data_dir=${quoted(cuda)}` : "") });
  const machine = createHash("sha256").update(processor() + XLA_FLAGS).digest("hex").slice(0, 12);
  const folder = join(repositoryRoot, ".cache", "compiler", `${version}-${machine}`);
  try {
    Deno.mkdirSync(folder, { recursive: true });
  } catch {
    return; // a read-only copy of the project: nothing is kept
  }
  cache = folder;
  setNativeEnvironment({
    TF_XLA_FLAGS: `--tf_xla_persistent_cache_directory=${
      quoted(folder)
    } --tf_xla_persistent_cache_device_types=CPU`,
  });
}

/** A value as XLA's parser of flags takes it: unquoted, it would end at the first space. */
function quoted(value: string): string {
  return `"${value.replaceAll(/["\\]/g, "\\$&")}"`;
}

/**
 * Empties the cache, in which a file cut short makes every use of it fail.
 *
 * @returns whether there was anything in it
 */
export function emptyCompilerCache(): boolean {
  const files = cache ? [...Deno.readDirSync(cache)] : [];
  for (const { name } of files) Deno.removeSync(join(cache!, name));
  return files.length > 0;
}
