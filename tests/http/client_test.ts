import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { makeClient, makeResolver, wholeBody } from "../../src/http/mod.ts";
import { environment } from "../made/environment.ts";
import { answer, hostileServer, type Script } from "../made/fetch/hostile_server.ts";

const SETTINGS = { silenceMs: 30_000, perHost: 1, userAgent: "test" };
/** Of the tests in which silence is heard: a busy machine is silent, too. */
const SHORT = 500;
const accept = () => {};
const [nobody, everybody] = [() => false, () => true];

const client = (silenceMs = SETTINGS.silenceMs) =>
  makeClient({ ...SETTINGS, silenceMs }, makeResolver(everybody));
const text = async (blocks: AsyncIterable<Uint8Array>) =>
  new TextDecoder().decode(new Uint8Array((await Array.fromAsync(blocks)).flatMap((block) => [...block])));

Deno.test("a body that was read to its end leaves its connection to the next request, one that was not does not", async () => {
  const sockets = new Set<unknown>();
  await using server = await hostileServer(() => (socket, request) => {
    sockets.add(socket);
    answer(200, {}, "body")(socket, request);
  });
  using ours = client();
  const url = new URL(server.url("a"));
  for (let i = 0; i < 3; i++) await wholeBody(await ours.request(url, { accept }), 100);
  assert.equal(sockets.size, 1);
  (await ours.request(url, { accept }))[Symbol.dispose]();
  await wholeBody(await ours.request(url, { accept }), 100);
  assert.equal(sockets.size, 2);
});

Deno.test("a signal ends a body that is being read", async () => {
  await using server = await hostileServer(() => (socket) => socket.write("HTTP/1.1 200 OK\r\n\r\nx"));
  using ours = client();
  const stop = new AbortController();
  using got = await ours.request(new URL(server.url("a")), { accept, signal: stop.signal });
  setTimeout(() => stop.abort(), 20);
  await assert.rejects(text(got.blocks()), { name: "AbortError" });
});

Deno.test("a proxy is asked where that is wanted, also for names that only it knows, and not for private addresses", async () => {
  await using proxy = await hostileServer((path) => answer(200, {}, path));
  using _proxy = environment({ HTTP_PROXY: `http://localhost:${proxy.port}` });
  using through = makeClient({ ...SETTINGS, proxies: true }, makeResolver(nobody));
  const url = new URL("http://nowhere.invalid/x");
  const body = await wholeBody(await through.request(url, { accept }), 100);
  assert.match(new TextDecoder().decode(body), /nowhere\.invalid\/x$/);
  await assert.rejects(through.request(new URL("http://10.0.0.1/"), { accept }), {
    reason: "forbidden_address",
  });
  using directly = makeClient(SETTINGS, makeResolver(nobody));
  await assert.rejects(directly.request(url, { accept }), { reason: /^(unknown_host|dns_failure)$/ });
});

// Last, when all that they call has been called: a first call takes longest.

Deno.test("a body comes block by block, and whoever reads it may take any time", async () => {
  const script: Script = (socket) => {
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\none,");
    setTimeout(() => socket.write("two."), 50);
  };
  await using server = await hostileServer(() => script);
  using ours = client(SHORT);
  using got = await ours.request(new URL(server.url("a")), { accept });
  await sleep(2 * SHORT);
  const blocks = got.blocks();
  assert.equal(new TextDecoder().decode((await blocks.next()).value!), "one,");
  await sleep(2 * SHORT);
  assert.equal(await text(blocks), "two.");
});

Deno.test("a body that falls silent or is cut is a failure, at the block where it is", async () => {
  const head = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf";
  await using server = await hostileServer((path) => (socket) =>
    path === "cut" ? socket.end(head) : socket.write(path === "silent" ? head : "HTTP/1.1 200 OK\r\n\r\nhalf")
  );
  const ends = [["silent", "timed_out"], ["cut", "incomplete"], ["endless", "timed_out"]];
  for (const [path, reason] of ends) {
    using ours = client(path === "cut" ? undefined : SHORT);
    using got = await ours.request(new URL(server.url(path)), { accept });
    await assert.rejects(text(got.blocks()), { reason }, path);
  }
});
