/** Set-up behind a proxy that inspects TLS: a server whose certificate a self-made authority has signed. */
import { besideModule } from "~/disk/mod.ts";
import assert from "node:assert/strict";
import { join } from "node:path";
import { hasOpenssl, ownAuthority } from "../made/setup/authority.ts";

const trial = besideModule(import.meta.url, "../made/commands/setup_trial.ts");

/** A registry without packages, and a folder to set up from it. */
async function untrusted() {
  const folder = await Deno.makeTempDir();
  const at = (name: string) => join(folder, name);
  const { authority, server: signed } = await ownAuthority(folder);
  const server = Deno.serve({
    hostname: "localhost",
    port: 0,
    ...signed,
    onListen: () => {},
  }, () => new Response("nothing here", { status: 404 }));
  const root = at("project");
  await Deno.mkdir(root);
  const zod = { name: "npm:zod@4.6.7", integrity: `sha512-${btoa("\0".repeat(64))}` };
  await Deno.writeTextFile(
    join(root, "deno.json"),
    JSON.stringify({ nodeModulesDir: "auto", imports: { zod: zod.name } }),
  );
  await Deno.writeTextFile(
    join(root, "deno.lock"),
    JSON.stringify({
      version: "5",
      specifiers: { [zod.name]: "4.6.7" },
      npm: { "zod@4.6.7": { integrity: zod.integrity } },
      workspace: { dependencies: [zod.name] },
    }),
  );
  await Deno.writeTextFile(join(root, "requirements.txt"), "plotly==7.1.0\n");
  const registry = `https://localhost:${server.addr.port}/`;
  /** Sets up, as a user who has set nothing but some variables. */
  const setUp = async (need: string, env: Record<string, string> = {}) => {
    const start = performance.now();
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", trial, root, need],
      clearEnv: true,
      env: {
        PATH: Deno.env.get("PATH")!,
        HOME: folder,
        DENO_DIR: at("deno"),
        NO_COLOR: "1",
        NTD_TENSORFLOW: "/somewhere",
        NPM_CONFIG_REGISTRY: registry,
        PIP_INDEX_URL: `${registry}simple`,
        PIP_CONFIG_FILE: "/dev/null",
        UV_DEFAULT_INDEX: `${registry}simple`,
        ...env,
      },
    }).output();
    const text = new TextDecoder();
    assert.equal(code, 1);
    const seconds = (performance.now() - start) / 1000;
    return { seconds, log: text.decode(stdout), message: text.decode(stderr) };
  };
  return {
    setUp,
    authority,
    [Symbol.asyncDispose]: async () => {
      await server.shutdown();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** More than the first refusal takes on a busy machine, and less than the first pause of a retry that is long. */
const AT_ONCE = 60;

Deno.test({
  name: "an npm registry that is not trusted ends set-up at once, with the variables to set",
  ignore: !hasOpenssl,
  async fn() {
    await using proxy = await untrusted();
    const { seconds, message } = await proxy.setUp("packages");
    assert.match(
      message,
      /^deno does not trust the certificate .*\(invalid peer certificate: UnknownIssuer\)/,
    );
    const names = [
      "DENO_CERT",
      "DENO_TLS_CA_STORE=system",
      "PIP_CERT",
      "SSL_CERT_FILE",
      "NODE_EXTRA_CA_CERTS",
    ];
    for (const name of names) assert.ok(message.includes(name), name);
    assert.ok(seconds < AT_ONCE, `${seconds} s`);
    const told = await proxy.setUp("packages", { DENO_CERT: proxy.authority });
    assert.match(
      told.message,
      /^The npm packages could not be installed[^]*Could not find npm package tarball/,
    );
  },
});

Deno.test({
  name: "so does a Python package index, to which pip would go back five times",
  ignore: !hasOpenssl,
  async fn() {
    await using proxy = await untrusted();
    const { log, message } = await proxy.setUp("python", { NODE_EXTRA_CA_CERTS: "/some.pem" });
    assert.match(message, /^pip does not trust the certificate .*\n\s+pip\s+PIP_CERT=/m);
    assert.ok(!message.includes("NODE_EXTRA_CA_CERTS"));
    assert.match(log, /JupyterLab/);
    const told = await proxy.setUp("python", { PIP_CERT: proxy.authority, SSL_CERT_FILE: proxy.authority });
    assert.match(told.message, /^Set-up failed at JupyterLab[^]*No matching distribution/);
  },
});
