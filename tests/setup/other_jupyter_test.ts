/** The notebooks' kernel in a Jupyter that is not the one of `.venv`. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { besideModule, repositoryRoot } from "~/disk/mod.ts";
import { KERNEL_NAME, venvPython } from "~/setup/mod.ts";
import { writeKernelSpec } from "../../src/setup/kernel_spec.ts";

const script = besideModule(import.meta.url, "../made/setup/other_jupyter.py");

async function output(program: string, args: string[], env: Record<string, string> = {}): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args, env }).output();
  const decoder = new TextDecoder();
  assert.ok(success, decoder.decode(stderr));
  return decoder.decode(stdout).trim();
}

/**
 * Asks a Jupyter of which the project has written nothing: the Python that `.venv` was made from, which borrows
 * jupyter_client, with a home of its own.
 */
async function ask(kernel: string, home: string, env: Record<string, string> = {}) {
  const query = "import json, os, sys, sysconfig; " +
    'print(json.dumps([os.path.realpath(sys.executable), sysconfig.get_path("purelib")]))';
  const [python, packages] = JSON.parse(await output(venvPython(), ["-c", query]));
  // A Deno kernel is started with its own cache, not with one in the new home.
  const { denoDir } = JSON.parse(await output(Deno.execPath(), ["info", "--json"]));
  const variables = { HOME: home, PYTHONPATH: packages, DENO_DIR: denoDir, JUPYTER_PATH: "", ...env };
  const folder = join(repositoryRoot, "notebooks");
  return JSON.parse((await output(python, [script, kernel, folder], variables)).split("\n").at(-1)!);
}

Deno.test("another Jupyter finds the kernel by JUPYTER_PATH alone, and runs cells with it", async () => {
  const home = await Deno.makeTempDir();
  assert.ok(!(await ask(KERNEL_NAME, home)).found.includes(KERNEL_NAME));
  const venv = join(home, "venv");
  writeKernelSpec(venv, Deno.execPath());
  const { found, status, said } = await ask(KERNEL_NAME, home, { JUPYTER_PATH: join(venv, "share/jupyter") });
  assert.ok(found.includes(KERNEL_NAME));
  assert.equal(status, "ok");
  assert.ok(said.some((text: string) => text.includes(repositoryRoot)), said.join("\n"));
  await Deno.remove(home, { recursive: true });
});

Deno.test("so does one of which `deno jupyter --install` has told: the kernel is called deno there", async () => {
  const home = await Deno.makeTempDir();
  const { denoDir } = JSON.parse(await output(Deno.execPath(), ["info", "--json"]));
  await output(Deno.execPath(), ["jupyter", "--install"], { HOME: home, DENO_DIR: denoDir });
  const { found, status, said } = await ask("deno", home);
  assert.ok(found.includes("deno") && !found.includes(KERNEL_NAME));
  assert.equal(status, "ok");
  assert.ok(said.some((text: string) => text.includes(repositoryRoot)), said.join("\n"));
  await Deno.remove(home, { recursive: true });
});
