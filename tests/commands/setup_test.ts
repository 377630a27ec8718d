import { besideModule } from "~/disk/mod.ts";
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";

const trial = besideModule(import.meta.url, "../made/commands/setup_trial.ts");

/**
 * A folder to set up whose only requirement comes with every virtual environment, so
 * that nothing is downloaded.
 */
async function scratchRoot() {
  const version = await new Deno.Command("python3", {
    args: ["-c", "import ensurepip; print(ensurepip.version())"],
  }).output();
  const root = await Deno.makeTempDir();
  const pin = `pip==${new TextDecoder().decode(version.stdout).trim()}\n`;
  await Deno.writeTextFile(join(root, "requirements.txt"), pin);
  return { root, [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }) };
}

function start(root: string, env: Record<string, string> = {}): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", trial, root],
    // As where the user has a TensorFlow already: its wheel is not installed.
    env: { NTD_TENSORFLOW: "/somewhere", NO_COLOR: "1", ...env },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

async function finish(process: Deno.ChildProcess): Promise<string> {
  const { success, stdout } = await process.output();
  assert.ok(success);
  return new TextDecoder().decode(stdout);
}

Deno.test("set-up fills a .venv once; a second time it has nothing to say", async () => {
  await using scratch = await scratchRoot();
  const { root } = scratch;
  const begin = performance.now();
  assert.match(await finish(start(root)), /\.venv from python3[^]*JupyterLab[^]*kernel/);
  const first = performance.now() - begin;
  assert.ok(existsSync(join(root, ".venv/share/jupyter/kernels/name-that-dataset/kernel.json")));
  const before = performance.now();
  assert.equal(await finish(start(root)), "");
  // Milliseconds, beside the start of a Deno, which takes longer where much else runs.
  assert.ok(performance.now() - before < Math.max(1000, first / 8));
});

Deno.test("of two set-ups at once the second waits, and finds all done", async () => {
  await using scratch = await scratchRoot();
  const { root } = scratch;
  const outputs = await Promise.all([start(root), start(root)].map(finish));
  assert.equal(outputs.filter((text) => text.includes(".venv from python3")).length, 1);
  assert.equal(outputs.filter((text) => text.includes("another process")).length, 1);
});

Deno.test("a set-up that was killed is done over", async () => {
  await using scratch = await scratchRoot();
  const { root } = scratch;
  const first = start(root);
  const [forWatching, rest] = first.stdout.tee();
  for await (const text of forWatching.pipeThrough(new TextDecoderStream())) {
    if (text.includes("JupyterLab")) break;
  }
  first.kill("SIGKILL");
  await Promise.all([first.status, rest.cancel()]);
  assert.match(await finish(start(root)), /not whole; starting over[^]*\.venv from python3/);
  assert.equal(await finish(start(root)), "");
});

Deno.test("a requirement that cannot be had is an error that shows pip's last lines and names the log", async () => {
  await using scratch = await scratchRoot();
  const { root } = scratch;
  await Deno.writeTextFile(join(root, "requirements.txt"), "pip==0.0.1\n");
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", trial, root],
    env: { NTD_TENSORFLOW: "/somewhere", NO_COLOR: "1", PIP_NO_INDEX: "1" },
  });
  const { code, stderr } = await process.output();
  assert.notEqual(code, 0);
  assert.match(
    new TextDecoder().decode(stderr),
    /Set-up failed at [^]*name-that-dataset\.log[^]*pip==0\.0\.1/,
  );
});

Deno.test("where uv cannot, pip does it", async () => {
  await using scratch = await scratchRoot();
  const bin = join(scratch.root, "bin");
  await Deno.mkdir(bin);
  const uv = '#!/bin/sh\n[ "$1" = --version ] || { echo no index; exit 2; }\n';
  await Deno.writeTextFile(join(bin, "uv"), uv, { mode: 0o755 });
  const log = await finish(start(scratch.root, { PATH: `${bin}:${Deno.env.get("PATH")}` }));
  assert.match(log, /by uv …\n\s+uv could not [^]*JupyterLab[^]*uv could not [^]*kernel/);
  assert.equal(await finish(start(scratch.root)), "");
});
