/** The few calls of the C library that loading TensorFlow into a Deno process needs. */

const isMac = Deno.build.os === "darwin";

const libc = Deno.dlopen(isMac ? "libSystem.dylib" : "libc.so.6", {
  setenv: { parameters: ["buffer", "buffer", "i32"], result: "i32" },
  dlopen: { parameters: ["buffer", "i32"], result: "pointer" },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  dup: { parameters: ["i32"], result: "i32" },
  dup2: { parameters: ["i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
}).symbols;

const cString = (text: string) => new TextEncoder().encode(text + "\0");

/**
 * Sets environment variables that native code reads, unless they are set already. `Deno.env.set` would not do: it changes
 * what Deno reads, not the C library's environment.
 */
export function setNativeEnvironment(variables: Record<string, string>): void {
  for (const [name, value] of Object.entries(variables)) libc.setenv(cString(name), cString(value), 0);
}

const RTLD_NOW = 2, RTLD_NODELETE = isMac ? 0x80 : 0x1000;

/**
 * Loads a library for the life of the process. Deno unloads what `Deno.dlopen` opened when a worker or a test file ends,
 * while TensorFlow's threads still run in it.
 */
export function keepLoaded(path: string): void {
  libc.dlopen(cString(path), RTLD_NOW | RTLD_NODELETE);
}

const STDERR = 2, O_WRONLY = 1;

/**
 * Runs `body` with the process's standard error set aside. TensorFlow announces oneDNN there while it is loaded, and no
 * setting stops it; a failure to load is reported by an exception, not there.
 */
export function withoutStderr<T>(body: () => T): T {
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
