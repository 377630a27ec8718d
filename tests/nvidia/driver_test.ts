import assert from "node:assert/strict";
import { type Driver, readDriver, readMachine, usable } from "../../src/nvidia/mod.ts";

/** A C program's text that answers as libcuda does, for a driver and GPUs as described. */
function stub({ version = 12040, init = 0, gpus = [] as [string, number, number, number][] }): string {
  const list = (of: (gpu: (typeof gpus)[number]) => unknown) => [...gpus.map(of), 0].join(", ");
  return `
#include <stddef.h>
#include <string.h>
static const char *names[] = {${list(([name]) => JSON.stringify(name))}};
static const int majors[] = {${list(([, major]) => major)}}, minors[] = {${list(([, , minor]) => minor)}};
static const size_t bytes[] = {${list(([, , , size]) => `${size}ull`)}};
static int ready;
int cuDriverGetVersion(int *v) { *v = ${version}; return 0; }
int cuInit(unsigned flags) { ready = !${init} && !flags; return ${init}; }
int cuDeviceGetCount(int *n) { *n = ${gpus.length}; return ready ? 0 : 3; }
int cuDeviceGet(int *device, int index) { *device = index + 40; return ready ? 0 : 3; }
int cuDeviceGetName(char *name, int length, int device) {
  strncpy(name, names[device - 40], length);
  return ready ? 0 : 3;
}
int cuDeviceTotalMem_v2(size_t *size, int device) { *size = bytes[device - 40]; return ready ? 0 : 3; }
int cuDeviceGetAttribute(int *value, int which, int device) {
  if (which != 75 && which != 76) return 1;
  *value = which == 75 ? majors[device - 40] : minors[device - 40];
  return ready ? 0 : 3;
}`;
}

const compiler = ["cc", "gcc", "clang"].find((name) => {
  try {
    return new Deno.Command(name, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync()
      .success;
  } catch {
    return false;
  }
});
const withoutCompiler = !compiler || Deno.build.os === "windows";
const skipped = withoutCompiler ? " (skipped: no C compiler to make one)" : "";

/** Compiles C into a library of its own. */
function libraryOf(text: string): string {
  const path = `${Deno.makeTempDirSync()}/libcuda.so.1`;
  Deno.writeTextFileSync(`${path}.c`, text);
  const { success, stderr } = new Deno.Command(compiler!, {
    args: ["-shared", "-fPIC", "-o", path, `${path}.c`],
  }).outputSync();
  assert.ok(success, new TextDecoder().decode(stderr));
  return path;
}

const GIB = 2 ** 30;

Deno.test({
  name: `a driver says its version and its GPUs${skipped}`,
  ignore: withoutCompiler,
  sanitizeResources: false, // a libcuda stays open
  fn: async () => {
    const library = libraryOf(stub({
      version: 12040,
      gpus: [["NVIDIA H100 80GB HBM3", 9, 0, 80 * GIB], ["NVIDIA GeForce RTX 2070", 7, 5, 8 * GIB]],
    }));
    const driver = readDriver([library])!;
    assert.deepEqual(await readMachine([library]), driver);
    assert.deepEqual(driver, {
      cuda: [12, 4],
      gpus: [
        { name: "NVIDIA H100 80GB HBM3", capability: [9, 0], bytes: 80 * GIB },
        { name: "NVIDIA GeForce RTX 2070", capability: [7, 5], bytes: 8 * GIB },
      ],
    });
    assert.deepEqual(usable(driver), { gpu: driver.gpus[0], index: 0, xla: true });
  },
});

Deno.test({
  name: `a driver that does not start says its version and why${skipped}`,
  ignore: withoutCompiler,
  sanitizeResources: false,
  fn: () => {
    const { cuda, gpus, problem } = readDriver([libraryOf(stub({ version: 11080, init: 803 }))])!;
    assert.deepEqual([cuda, gpus], [[11, 8], []]);
    assert.match(problem!, /^cuInit of NVIDIA's driver answered 803: .*restart the machine$/);
  },
});

Deno.test({
  name: `the first library that opens is asked${skipped}`,
  ignore: withoutCompiler,
  sanitizeResources: false,
  fn: () => {
    const [other, right] = [libraryOf("int other(void) { return 0; }"), libraryOf(stub({ version: 13000 }))];
    assert.deepEqual(readDriver(["/nothing/here", other, right]), { cuda: [13, 0], gpus: [] });
  },
});

Deno.test({
  name: `a driver that ends the process ends only the one that asked for the machine's GPUs${skipped}`,
  ignore: withoutCompiler,
  fn: async () => {
    const library = libraryOf(stub({}).replace("ready = ", "*(volatile int *)0 = 1; ready = "));
    assert.match((await readMachine([library]))!.problem!, /ended the process/);
  },
});

Deno.test("without libcuda there is no driver", async () => {
  assert.equal(await readMachine(["/nothing/here/libcuda.so.1"]), undefined);
  assert.equal(readDriver(["/nothing/here/libcuda.so.1"]), undefined);
  assert.equal(readDriver([]), undefined);
});

const gpu = (name: string, major: number, minor: number) => ({
  name,
  capability: [major, minor] as const,
  bytes: 8 * GIB,
});
const driver = (change: Partial<Driver> = {}): Driver => ({
  cuda: [12, 4],
  gpus: [gpu("A100", 8, 0)],
  ...change,
});

function reasonOf(change: Partial<Driver>): string {
  const answer = usable(driver(change));
  assert.ok("reason" in answer);
  assert.ok(!/[.\n]$/.test(answer.reason));
  return answer.reason;
}

Deno.test("a driver older than CUDA 12 will not do; newer ones will", () => {
  for (const cuda of [[12, 0], [12, 9], [13, 0], [0, 0]] as const) {
    assert.ok("gpu" in usable(driver({ cuda })));
  }
  for (const cuda of [[11, 8], [9, 2]] as const) {
    assert.match(
      reasonOf({ cuda }),
      /runs CUDA (11\.8|9\.2), and TensorFlow needs 12\.0.* driver 525 or newer/,
    );
  }
  assert.match(reasonOf({ cuda: [11, 4], gpus: [], problem: "cuInit failed" }), /driver 525 or newer/);
});

Deno.test("a GPU of compute capability 6.0 or above will do, of which the first is taken", () => {
  const old = gpu("GeForce GTX 970", 5, 2);
  assert.match(reasonOf({ gpus: [old] }), /^GeForce GTX 970 has compute capability 5\.2, .* 6\.0 or above/);
  assert.equal(reasonOf({ gpus: [] }), "NVIDIA's driver shows no GPU");
  assert.equal(reasonOf({ gpus: [], problem: "cuInit answered 999" }), "cuInit answered 999");
  const gpus = [old, gpu("Tesla P100", 6, 0), gpu("A100", 8, 0)];
  assert.deepEqual(usable(driver({ gpus })), { gpu: gpus[1], index: 1, xla: true, cudnnBelow: "9.11" });
});

Deno.test("from compute capability 10.0 on a GPU is used without XLA, and the reason is a sentence", () => {
  assert.ok("gpu" in usable(driver({ gpus: [gpu("H200", 9, 0)] })));
  for (const [name, major, minor] of [["B200", 10, 0], ["GeForce RTX 5090", 12, 0]] as const) {
    const answer = usable(driver({ gpus: [gpu(name, major, minor)] }));
    assert.ok("gpu" in answer && !answer.xla);
    assert.match(answer.whyNoXla!, new RegExp(`compute capability ${major}\\.${minor} \\(${name}\\).*\\.$`));
  }
});
