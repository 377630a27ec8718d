/** Files of manifests and lists from a server whose certificate is not trusted, as behind a proxy that inspects TLS. */
import assert from "node:assert/strict";
import { openBytes } from "~/data/files/open.ts";
import { besideModule } from "~/disk/mod.ts";
import { REQUEST_FAILURES } from "../../../src/http/mod.ts";
import { hasOpenssl, ownAuthority } from "../../made/setup/authority.ts";

Deno.test({
  name: "a certificate that is not trusted: the error names what to set, and with that the file is read",
  ignore: !hasOpenssl,
  async fn() {
    const folder = await Deno.makeTempDir();
    const { authority, server: signed } = await ownAuthority(folder);
    const options = { hostname: "localhost", port: 0, ...signed, onListen: () => {} };
    const server = Deno.serve(options, () => new Response("content"));
    const url = `https://localhost:${server.addr.port}/a.tar`;
    try {
      const read = Array.fromAsync(openBytes(url, { kind: "open" }));
      await assert.rejects(read, ({ message }) => {
        return [url, "NODE_EXTRA_CA_CERTS=", "DENO_TLS_CA_STORE=system"].every((part) =>
          message.includes(part)
        );
      });
      const module = new URL("../../../src/data/files/open.ts", import.meta.url).href;
      const program = `const { openBytes } = await import(${JSON.stringify(module)});
        for await (const block of openBytes(${
        JSON.stringify(url)
      }, { kind: "open" })) Deno.stdout.writeSync(block);`;
      const config = `--config=${besideModule(import.meta.url, "../../../deno.json")}`;
      const told: Record<string, string>[] = [
        { NODE_EXTRA_CA_CERTS: authority },
        { DENO_TLS_CA_STORE: "system", SSL_CERT_FILE: authority }, // which stands for the system's own
      ];
      for (const env of told) {
        const args = ["eval", "--no-check", config, program];
        const { stdout } = await new Deno.Command(Deno.execPath(), { args, env }).output();
        assert.equal(new TextDecoder().decode(stdout), "content", Object.keys(env)[0]);
      }
    } finally {
      await server.shutdown();
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("a report of fetched images says so, too", () => {
  assert.match(REQUEST_FAILURES.tls_failure.meaning, /NODE_EXTRA_CA_CERTS=.*DENO_TLS_CA_STORE=system/);
});
