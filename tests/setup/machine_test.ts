import assert from "node:assert/strict";
import { join } from "node:path";
import type { Driver } from "../../src/nvidia/mod.ts";
import { checkDeno, checkSpace, gpuFor, nvidiaTraces } from "../../src/setup/machine.ts";
import { gigabytesFor, type PipInstall } from "../../src/setup/resolution.ts";

Deno.test("a Deno that is new enough passes, an older one is told how to be newer", () => {
  for (const version of ["2.9.0", "2.9.6", "2.10.0", "3.0.0", "2.9.0-rc.1"]) checkDeno(version);
  for (const version of ["2.8.9", "1.46.3", "2.0.0"]) {
    assert.throws(
      () => checkDeno(version),
      new RegExp(`2\\.9\\.0 or newer is needed and this is ${version}: run .deno upgrade`),
    );
  }
});

Deno.test("too little room on the disk is said before anything is installed, with how much is needed", () => {
  checkSpace("/tmp", 2.5, 2.5);
  assert.throws(
    () => checkSpace("/tmp", 2.5, 1.04),
    /needs about 2\.5 GB of disk in \/tmp and 1\.0 GB are free/,
  );
  checkSpace("/tmp", 0);
});

Deno.test("CUDA needs more room than the CPU wheel", () => {
  const install = (requirement: string): PipInstall => ({
    what: "",
    requirements: [requirement],
    dependencies: true,
  });
  const cpu = gigabytesFor([install("plotly==7.1.0"), install("tensorflow-cpu==2.21.0")]);
  const cuda = gigabytesFor([install("plotly==7.1.0"), install("tensorflow[and-cuda]==2.21.0")]);
  assert.ok(cpu >= 1.8 && cuda >= 13);
});

/** A folder with files as a system has them. */
function systemOf(files: Record<string, string>): string {
  const root = Deno.makeTempDirSync();
  for (const [path, text] of Object.entries(files)) {
    Deno.mkdirSync(join(root, path, ".."), { recursive: true });
    Deno.writeTextFileSync(join(root, path), text);
  }
  return root;
}

Deno.test("an NVIDIA driver is seen by any of its traces; another driver or GPU is another text", () => {
  assert.equal(nvidiaTraces(systemOf({ "proc/driver/other": "" })), false);
  const version = { "proc/driver/nvidia/version": "NVRM version: 535.183.01" };
  const card = (model: string) => ({
    "proc/driver/nvidia/gpus/0000:01:00.0/information": `Model: \t ${model}\nIRQ:   ${Math.random()}\n`,
  });
  const systems: Record<string, string>[] = [
    version,
    { "proc/driver/nvidia/version": "NVRM version: 570.86.10" },
    { ...version, ...card("Tesla P100") },
    { ...version, ...card("NVIDIA A100") },
    { ...version, ...card("NVIDIA A100"), "dev/nvidiactl": "" },
    { "dev/nvidiactl": "" },
    { "usr/lib/wsl/lib/libcuda.so.1": "one" },
    { "usr/lib/wsl/lib/libcuda.so.1": "another" },
  ];
  const texts = systems.map((system) => nvidiaTraces(systemOf(system)));
  assert.ok(texts.every(Boolean));
  assert.equal(new Set(texts).size, systems.length);
  assert.deepEqual(systems.map((system) => nvidiaTraces(systemOf(system))), texts);
});

const driver = (major: number, minor: number, cuda: [number, number] = [12, 4]): Driver => ({
  cuda,
  gpus: [{ name: "A card", capability: [major, minor], bytes: 8e9 }],
});
const x86 = { os: "linux", arch: "x86_64" } as const;

Deno.test("a GPU that TensorFlow runs on is taken without a word", () => {
  const answer = gpuFor(x86, driver(8, 0));
  assert.equal(answer.gpu?.gpu.name, "A card");
  assert.equal(answer.note, undefined);
});

Deno.test("a GPU that is not taken, or not wholly, is said in one line", () => {
  const unused = (machine: Parameters<typeof gpuFor>[0], said: Driver | undefined) => {
    const { gpu, note } = gpuFor(machine, said);
    assert.equal(gpu, undefined);
    assert.match(
      note!,
      /^The NVIDIA GPU stays unused and TensorFlow comes for the CPU: [^\n]*[^.]\. If that/,
    );
    return note!;
  };
  assert.match(unused({ os: "linux", arch: "aarch64" }, driver(9, 0)), /arm64 is built without CUDA/);
  assert.match(unused(x86, undefined), /libcuda\.so\.1 does not open/);
  assert.match(unused(x86, driver(8, 0, [11, 8])), /driver 525 or newer/);
  assert.match(unused(x86, driver(5, 2)), /A card has compute capability 5\.2/);
  assert.match(
    unused(x86, { cuda: [12, 4], gpus: [], problem: "cuInit answered 999" }),
    /cuInit answered 999/,
  );
  const { gpu, note } = gpuFor(x86, driver(12, 0));
  assert.equal(gpu?.xla, false);
  assert.match(note!, /^XLA of this TensorFlow does not know compute capability 12\.0/);
});
