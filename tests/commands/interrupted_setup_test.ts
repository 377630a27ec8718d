/** Ctrl-C while a command sets up: it ends there, and does not go on with the next step of set-up. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { repositoryRoot } from "~/disk/mod.ts";

/**
 * A checkout with this one's code and packages whose `.venv` is missing, and a folder with the only Python: one
 * that fits, and takes 10 s to make a virtual environment.
 */
async function slowCheckout() {
  const root = await Deno.makeTempDir();
  for (const name of ["src", "deno.json", "deno.lock", "data_manifests", "node_modules", "notebooks"]) {
    await Deno.symlink(join(repositoryRoot, name), join(root, name));
  }
  await Deno.writeTextFile(join(root, "requirements.txt"), "plotly==7.1.0\n");
  const bin = join(root, "bin");
  await Deno.mkdir(bin);
  const python = `#!/bin/sh\n[ "$1" = -c ] || exec sleep 10\necho '{"version": [3, 12], "hasVenv": true}'\n`;
  await Deno.writeTextFile(join(bin, "python3"), python, { mode: 0o755 });
  return { root, bin, [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }) };
}

/** How the command ends when it is interrupted as soon as it makes `.venv`. */
async function interrupted(command: string, ...args: string[]): Promise<Deno.CommandStatus> {
  await using checkout = await slowCheckout();
  const { root, bin } = checkout;
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `src/cli/${command}.ts`, ...args],
    cwd: root,
    env: {
      PATH: `${bin}:/usr/bin:/bin`,
      NTD_TENSORFLOW: "/somewhere",
      NTD_RUNS: join(root, "runs"),
      NO_COLOR: "1",
    },
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let said = "";
  for await (const text of process.stderr.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (!said.includes(".venv from python3")) continue;
    process.kill("SIGINT");
    break;
  }
  const status = await process.status;
  assert.match(said, /\.venv from python3/);
  return status;
}

Deno.test("Ctrl-C in the middle of set-up ends predict, audit and reproduce at once", async () => {
  const commands = [["predict", "beef", "."], ["audit", "a", "b"], ["reproduce", "--preset", "smoke"]];
  const ends = await Promise.all(commands.map(([name, ...args]) => interrupted(name, ...args)));
  assert.deepEqual(ends.map(({ signal }) => signal), ["SIGINT", "SIGINT", "SIGINT"]);
});
