/** The few calls of the C library that loading TensorFlow into a Deno process needs. */

const isMac = Deno.build.os === "darwin";

const isLinux = Deno.build.os === "linux";

const libc = Deno.dlopen(isMac ? "libSystem.dylib" : "libc.so.6", {
  setenv: { parameters: ["buffer", "buffer", "i32"], result: "i32" },
  dlopen: { parameters: ["buffer", "i32"], result: "pointer" },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  dup: { parameters: ["i32"], result: "i32" },
  dup2: { parameters: ["i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
}).symbols;

/** Functions that only Linux's C library has. */
const linux = isLinux
  ? Deno.dlopen("libc.so.6", {
    madvise: { parameters: ["u64", "usize", "i32"], result: "i32" },
    mallopt: { parameters: ["i32", "i32"], result: "i32" },
  }).symbols
  : undefined;

const cString = (text: string) => new TextEncoder().encode(text + "\0");

/**
 * Read when TensorFlow is loaded: report errors by status only, give the same bits from the same inputs, let
 * each context have threads of its own, and use oneDNN. TensorFlow's own default takes it only on processors
 * with AVX512_VNNI or newer; on an AMD EPYC with AVX2 alone it trained resnet_micro 2.5 times as fast. And on
 * a GPU float32 is float32: by default NVIDIA's libraries round the factors of products to TF32's 10 bits.
 */
export const NATIVE_ENVIRONMENT = {
  TF_CPP_MIN_LOG_LEVEL: "3",
  TF_DETERMINISTIC_OPS: "1",
  TF_OVERRIDE_GLOBAL_THREADPOOL: "1",
  TF_ENABLE_ONEDNN_OPTS: "1",
  NVIDIA_TF32_OVERRIDE: "0",
};

/**
 * Sets environment variables that native code reads, unless they are set already. `Deno.env.set` would not
 * do: it changes what Deno reads, not the C library's environment.
 */
export function setNativeEnvironment(variables: Record<string, string>): void {
  for (const [name, value] of Object.entries(variables)) libc.setenv(cString(name), cString(value), 0);
}

const RTLD_NOW = 2, RTLD_NODELETE = isMac ? 0x80 : 0x1000;

/**
 * Loads libraries for the life of the process, in this order. Deno unloads what `Deno.dlopen` opened when a
 * worker or a test file ends, while TensorFlow's threads still run in it.
 */
export function keepLoaded(paths: readonly string[]): void {
  withoutStderr(() => {
    for (const path of paths) libc.dlopen(cString(path), RTLD_NOW | RTLD_NODELETE);
  });
}

const STDERR = 2, O_WRONLY = 1;

/**
 * Runs `body` with the process's standard error set aside. TensorFlow announces oneDNN there while it is
 * loaded, and no setting stops it. A failure to load is reported by the exception of `Deno.dlopen`, not
 * there.
 */
function withoutStderr<T>(body: () => T): T {
  const saved = libc.dup(STDERR);
  const nowhere = libc.open(cString("/dev/null"), O_WRONLY);
  libc.dup2(nowhere, STDERR);
  try {
    return body();
  } finally {
    libc.dup2(saved, STDERR);
    libc.close(saved);
    libc.close(nowhere);
  }
}

const MADV_DONTNEED = 4;

/**
 * Gives back the memory into which a library's code and symbols were read while it was loaded and registered
 * its ops: a quarter of a gigabyte that is hardly needed again, and read again from the file where it is.
 * Linux only; elsewhere nothing happens.
 *
 * @param path of the library, as it was loaded
 */
export function releaseCode(path: string): void {
  if (!linux) return;
  const file = Deno.realPathSync(path);
  for (const line of Deno.readTextFileSync("/proc/self/maps").split("\n")) {
    // Only what is never written: the code, and the symbols at the file's beginning. The loader fills
    // addresses into the rest.
    const part = line.match(/^([0-9a-f]+)-([0-9a-f]+) (?:r-xp [0-9a-f]+|r--p 0+) \S+ \d+ +(\/.*)$/);
    if (part?.[3] !== file) continue;
    const [start, end] = [part[1], part[2]].map((hex) => BigInt(`0x${hex}`));
    linux.madvise(start, end - start, MADV_DONTNEED);
  }
}

const M_MMAP_THRESHOLD = -3, LARGE_BLOCK = 4 << 20;

/**
 * Has blocks of 4 MiB and more, which are tensors, go back to the system when they are freed. By its own
 * rules the allocator keeps ever larger ones, in a heap a thread: a training step then holds a tenth more
 * memory, at the same speed.
 */
export function returnLargeBlocks(): void {
  linux?.mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
}
