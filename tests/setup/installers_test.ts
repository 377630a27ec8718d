import assert from "node:assert/strict";
import { join } from "node:path";
import { pythonInstallers, runInstaller, whatToTrust } from "../../src/setup/installers.ts";

/** A folder with a program called uv. */
async function withUv(script: string) {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(join(folder, "uv"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { folder, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

Deno.test("uv fills .venv where it is on the PATH and runs, with pip behind it", async () => {
  await using good = await withUv("exit 0");
  await using broken = await withUv("exit 1");
  const namesAt = async (path: string) => (await pythonInstallers(path)).map(({ name }) => name);
  assert.deepEqual(await namesAt(`/nothing/here:${good.folder}`), ["uv", "pip"]);
  assert.deepEqual(await namesAt(broken.folder), ["pip"]);
  assert.deepEqual(await namesAt(`${broken.folder}:${good.folder}`), ["uv", "pip"]);
  assert.deepEqual(await namesAt(""), ["pip"]);
});

Deno.test("uv and pip are asked for the same", async () => {
  await using good = await withUv("exit 0");
  const [uv, pip] = await pythonInstallers(good.folder);
  for (const { install } of [uv, pip]) {
    const args = install("/v", ["plotly==7.1.0"], false);
    for (const arg of ["--only-binary=:all:", "--no-deps", "plotly==7.1.0"]) {
      assert.ok(args.includes(arg), arg);
    }
    assert.ok(!install("/v", ["plotly==7.1.0"], true).includes("--no-deps"));
  }
  assert.ok(uv.install("/v", [], true).includes("/v/bin/python"));
});

const shell = (script: string, signal?: AbortSignal) =>
  runInstaller("deno", "/bin/sh", ["-c", script], { signal });

Deno.test("an installer is ended at the first certificate that it does not trust", async () => {
  const start = performance.now();
  const retrying = "echo 'error: invalid peer certificate: UnknownIssuer' >&2; exec sleep 30";
  await assert.rejects(() => shell(retrying), /^SetupError: deno does not trust .*UnknownIssuer/);
  assert.ok(performance.now() - start < 10_000);
});

Deno.test("its output comes back; when its caller gives up it ends", async () => {
  assert.deepEqual(await shell("echo one"), { success: true, output: "one\n" });
  assert.equal((await shell("exit 3")).success, false);
  const start = performance.now();
  const { success } = await shell("exec sleep 30", AbortSignal.timeout(100));
  assert.equal(success, false);
  assert.ok(performance.now() - start < 10_000);
});

Deno.test("the variables of the program that refused come first, those that are set already are left out", () => {
  const isSet = (variable: string) => variable === "DENO_CERT" || variable === "PIP_CERT";
  const message = whatToTrust("pip", "certificate verify failed", isSet);
  assert.deepEqual(
    [...message.matchAll(/^ {2}(\w+) +(\w+)/gm)].map(([, name, variable]) => [name, variable]),
    [
      ["pip", "PIP_CERT"],
      ["uv", "SSL_CERT_FILE"],
      ["npx", "NODE_EXTRA_CA_CERTS"],
    ],
  );
});
