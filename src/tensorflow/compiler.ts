/** Settings of XLA, the compiler of fused functions, and its cache on disk. They are read when the first of them is compiled. */
import { repositoryRoot } from "../disk/mod.ts";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { setNativeEnvironment } from "./process.ts";

/** TensorFlow that the flags below were tried with; XLA ends the process at a flag that it does not know. */
const KNOWN = /^2\.21\./;

/**
 * What compiles fast and gives loops as fast, for what is fused here: emitters that take half of the time, each function as one
 * module, LLVM's level 2. And no YNNPACK, whose first use of a function by two threads at once ends the process (both fill one
 * list), at the same speed.
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
 * Sets up the compiler, with a cache in `.cache/compiler/` by TensorFlow's version, processor and settings, so that only the first
 * training on a machine waits for it. Call it before anything is compiled. Variables that are set already stay.
 */
export function setUpCompiler(version: string): void {
  if (!KNOWN.test(version)) return;
  setNativeEnvironment({ XLA_FLAGS });
  const machine = createHash("sha256").update(processor() + XLA_FLAGS).digest("hex").slice(0, 12);
  const folder = join(repositoryRoot, ".cache", "compiler", `${version}-${machine}`);
  try {
    Deno.mkdirSync(folder, { recursive: true });
  } catch {
    return; // a read-only copy of the project: nothing is kept
  }
  cache = folder;
  const flags = ["directory", "device_types"].map((name, i) =>
    `--tf_xla_persistent_cache_${name}=${[folder, "CPU"][i]}`
  );
  setNativeEnvironment({ TF_XLA_FLAGS: flags.join(" ") });
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
