import assert from "node:assert/strict";
import fc from "fast-check";
import { gzipSync } from "node:zlib";
import { makeClient, makeResolver, RequestFailure, type Resolver } from "../../src/http/mod.ts";
import { download } from "../../src/fetch/download.ts";
import { makeRobotsCheck } from "../../src/fetch/robots_txt.ts";
import { NETWORK_DEFAULTS, type NetworkSettings } from "../../src/fetch/settings.ts";
import {
  answer,
  gzipBomb,
  type HostileServer,
  hostileServer,
  image,
  type Script,
} from "../made/fetch/hostile_server.ts";

const SETTINGS: NetworkSettings = { ...NETWORK_DEFAULTS, maxBytes: 100_000 };
/** For hosts that say nothing. */
const IMPATIENT: NetworkSettings = { ...SETTINGS, silenceMs: 200, attemptMs: 800 };
const BODY = new TextEncoder().encode("not looked at yet");
const HEADERS = "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 1000\r\n\r\n";

/** Takes the host `public.test` for one on the internet, and connects it to this machine; all others are checked as ever. */
const resolver: Resolver = (() => {
  const checked = makeResolver(() => false);
  const here = [{ address: "127.0.0.1", family: 4 }];
  const resolve = (host: string) => host === "public.test" ? Promise.resolve(here) : checked.resolve(host);
  return {
    resolve,
    lookup: (host, options, done) =>
      host === "public.test"
        ? options.all ? done(null, here) : done(null, "127.0.0.1", 4)
        : checked.lookup(host, options, done),
  };
})();

const asItIs = (file: Uint8Array) => Promise.resolve(file);

type Ended = { body: string } | { reason: string; detail: string };

async function attempt(
  url: string,
  settings = SETTINGS,
  signal = new AbortController().signal,
): Promise<Ended> {
  using client = makeClient(settings, resolver);
  const agent = "name-that-dataset";
  const robots = settings.robotsTxt ? makeRobotsCheck(client, settings, agent, signal) : undefined;
  try {
    const body = await download(url, { client, robots, agent, settings }, signal, asItIs);
    return { body: new TextDecoder().decode(body) };
  } catch (error) {
    if (!(error instanceof RequestFailure)) throw error;
    return { reason: error.reason, detail: error.detail };
  }
}

/** How an attempt ends at a server that does this with every path but robots.txt. */
async function outcome(script: Script, settings = SETTINGS): Promise<string> {
  await using server = await hostileServer((path) => path === "robots.txt" ? answer(404) : script);
  const ended = await attempt(address(server, "x.jpg"), settings);
  return "reason" in ended ? ended.reason : "ok";
}

const address = ({ port }: HostileServer, path: string) => `http://public.test:${port}/${path}`;

Deno.test("a good answer is its bytes, whatever of the usual forms it has", async () => {
  await using server = await hostileServer((path) => ({
    plain: image(BODY),
    untyped: answer(200, {}, BODY),
    unknown: answer(200, { "Content-Type": "application/octet-stream" }, BODY),
    packed: image(gzipSync(BODY), { "Content-Encoding": "gzip" }),
    hop: answer(302, { Location: "hop2" }),
    hop2: answer(308, { Location: "//public.test:PORT/plain".replace("PORT", `${server.port}`) }),
    chunked: (socket: Parameters<Script>[0]) =>
      socket.write(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n11\r\nnot looked at yet\r\n0\r\n\r\n",
      ),
  }[path]));
  for (const path of ["plain", "untyped", "unknown", "packed", "hop", "chunked"]) {
    assert.deepEqual(await attempt(address(server, path)), { body: "not looked at yet" }, path);
  }
});

Deno.test("a status is a reason", async () => {
  const reasons = {
    404: "gone",
    410: "gone",
    403: "blocked",
    401: "blocked",
    429: "rate_limited",
    500: "server_error",
    503: "server_error",
    408: "server_error",
    206: "unexpected_status",
    304: "unexpected_status",
    418: "unexpected_status",
  };
  for (const [status, reason] of Object.entries(reasons)) {
    assert.equal(await outcome(answer(Number(status))), reason, status);
  }
});

Deno.test("broken answers end, each by its own reason", async () => {
  assert.equal(await outcome((socket) => socket.resetAndDestroy()), "connection_reset");
  assert.equal(await outcome((socket) => socket.end(`${HEADERS}short`)), "incomplete");
  assert.equal(
    await outcome((socket) =>
      socket.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n")
    ),
    "incomplete",
  );
  const longer = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef";
  assert.match(
    await outcome((socket) => socket.end(longer)),
    /^(ok|bad_response)$/,
    "as fast as the rest comes",
  );
  assert.equal(await outcome((socket) => socket.end("no HTTP at all\r\n\r\n")), "bad_response");
  assert.equal(
    await outcome((socket) =>
      void socket.write(`HTTP/1.1 200 OK\r\n${"X-A: aaaaaaaaaa\r\n".repeat(10_000)}`)
    ),
    "bad_response",
  );
});

Deno.test("silence ends an attempt, and so does a body that comes byte by byte", async () => {
  assert.equal(await outcome(() => {}, IMPATIENT), "timed_out");
  assert.equal(await outcome((socket) => socket.write(HEADERS), IMPATIENT), "timed_out");
  const slow = hostileTimer();
  assert.equal(await outcome(slow.script, IMPATIENT), "timed_out");
  slow.stop();
  assert.ok(slow.sent > 3, "it was never silent for long");
});

function hostileTimer() {
  let timer: ReturnType<typeof setInterval> | undefined;
  const state = { sent: 0, stop: () => clearInterval(timer), script: (() => {}) as Script };
  state.script = (socket) => {
    socket.write(HEADERS);
    timer = setInterval(() => (state.sent++, socket.write("x")), 40);
  };
  return state;
}

Deno.test("a connection is not cut for being quiet while it is kept open", async () => {
  const late: Script = (socket, request) => setTimeout(() => image(BODY)(socket, request), 2300);
  assert.equal(await outcome(late, SETTINGS), "ok");
});

Deno.test("too many bytes are refused: announced, sent, and unpacked", async () => {
  const large = new Uint8Array(SETTINGS.maxBytes + 1);
  assert.equal(await outcome(image(large)), "too_many_bytes");
  const endless: Script = (socket) => {
    socket.write("HTTP/1.1 200 OK\r\n\r\n");
    const send = () => !socket.destroyed && socket.write(large, () => setTimeout(send, 1));
    send();
  };
  assert.equal(await outcome(endless), "too_many_bytes");
  assert.equal(await outcome(gzipBomb(), { ...SETTINGS, maxBytes: 10_000_000 }), "bad_encoding");
  assert.equal(await outcome(image(BODY, { "Content-Encoding": "gzip" })), "bad_encoding");
  assert.equal(await outcome(image(BODY, { "Content-Encoding": "zstd" })), "bad_encoding");
  assert.equal(await outcome(image(BODY, { "Content-Encoding": "constructor" }), IMPATIENT), "bad_encoding");
});

Deno.test("what is no image by its type is refused before its body", async () => {
  for (const type of ["text/html; charset=utf-8", "application/json", "video/mp4"]) {
    assert.equal(
      await outcome((socket) => socket.write(HEADERS.replace("image/jpeg", type))),
      "not_image_type",
      type,
    );
  }
});

Deno.test("an owner who opts out is heard, unless it is switched off", async () => {
  const noai = image(BODY, { "X-Robots-Tag": "noai" });
  assert.equal(await outcome(noai), "opted_out");
  assert.equal(await outcome(image(BODY, { "X-Robots-Tag": "googlebot: noindex" })), "ok");
  const twice: Script = (socket) =>
    socket.write(
      "HTTP/1.1 200 OK\r\nX-Robots-Tag: otherbot: nofollow\r\nX-Robots-Tag: noimageai\r\nContent-Length: 1\r\n\r\nx",
    );
  assert.equal(await outcome(twice), "opted_out");
  assert.equal(await outcome(noai, { ...SETTINGS, optOutHeaders: false }), "ok");
});

Deno.test("robots.txt is obeyed, and may be missing but not broken", async () => {
  const rules = (robots: Script) => hostileServer((path) => path === "robots.txt" ? robots : image(BODY));
  {
    await using server = await rules(
      answer(200, {}, "User-agent: *\nDisallow: /private\n\nUser-agent: other\nDisallow: /"),
    );
    assert.ok("body" in await attempt(address(server, "x.jpg")));
    assert.equal(
      (await attempt(address(server, "private/x.jpg")) as { reason: string }).reason,
      "robots_txt",
    );
    assert.ok("body" in await attempt(address(server, "private/x.jpg"), { ...SETTINGS, robotsTxt: false }));
    const asked = ["robots.txt", "x.jpg", "robots.txt", "private/x.jpg"];
    assert.deepEqual(server.asked, asked, "what is forbidden is not asked for");
  }
  await using named = await rules(answer(200, {}, "User-agent: name-that-dataset\nDisallow: /"));
  assert.equal((await attempt(address(named, "x.jpg")) as { reason: string }).reason, "robots_txt");
  await using broken = await rules(answer(500));
  const ended = await attempt(address(broken, "x.jpg")) as { reason: string; detail: string };
  assert.deepEqual([ended.reason, ended.detail.startsWith("robots.txt")], ["server_error", true]);
  assert.ok(!broken.asked.includes("x.jpg"));
});

Deno.test("robots.txt is asked for once for many images", async () => {
  await using server = await hostileServer((path) => path === "robots.txt" ? answer(404) : image(BODY));
  const { signal } = new AbortController();
  using client = makeClient(SETTINGS, resolver);
  const robots = makeRobotsCheck(client, SETTINGS, "name-that-dataset", signal);
  const context = { client, robots, agent: "name-that-dataset", settings: SETTINGS };
  await Promise.all(["a", "b", "c"].map((path) => download(address(server, path), context, signal, asItIs)));
  assert.deepEqual(server.asked.toSorted(), ["a", "b", "c", "robots.txt"]);
});

Deno.test("redirects are capped, and may lead nowhere that the list may not", async () => {
  await using server = await hostileServer((path) => ({
    loop: answer(301, { Location: "/loop" }),
    nowhere: answer(302),
    inside: answer(302, { Location: `http://127.0.0.1:${server.port}/secret` }),
    metadata: answer(302, { Location: "http://169.254.169.254/latest/meta-data/" }),
    localhost: answer(307, { Location: `http://localhost:${server.port}/secret` }),
    file: answer(302, { Location: "file:///etc/passwd" }),
    secret: image(BODY),
  }[path]));
  const ends = {
    loop: "too_many_redirects",
    nowhere: "too_many_redirects",
    inside: "forbidden_address",
    metadata: "forbidden_address",
    localhost: "forbidden_address",
    file: "invalid_url",
  };
  for (const [path, reason] of Object.entries(ends)) {
    assert.equal((await attempt(address(server, path)) as { reason: string }).reason, reason, path);
  }
  assert.equal(server.asked.filter((path) => path === "loop").length, SETTINGS.redirects + 1);
  assert.ok(!server.asked.includes("secret"));
});

Deno.test("only http and https, without passwords", async () => {
  for (
    const url of [
      "file:///etc/passwd",
      "ftp://a.test/x",
      "data:image/png;base64,AA",
      "gopher://a.test",
      "//a.test/x",
      "x.jpg",
      "http://",
      "http://me:secret@a.test/",
    ]
  ) {
    assert.equal((await attempt(url) as { reason: string }).reason, "invalid_url", url);
  }
});

Deno.test("nobody there, no such host, no TLS", async () => {
  await using server = await hostileServer(() => undefined);
  const { port } = server;
  assert.match(
    (await attempt(`https://public.test:${port}/x`, IMPATIENT) as { reason: string }).reason,
    /^(tls_failure|connection_failed|connection_reset|timed_out)$/,
  );
  assert.equal((await attempt("http://public.test:1/x") as { reason: string }).reason, "connection_failed");
  assert.match(
    (await attempt("http://nowhere.invalid/x") as { reason: string }).reason,
    /^(unknown_host|dns_failure)$/,
  );
});

Deno.test("an attempt ends at once when it is not wanted any more", async () => {
  await using server = await hostileServer((path) => path === "robots.txt" ? answer(404) : () => {});
  const stop = new AbortController();
  const ended = attempt(address(server, "x"), SETTINGS, stop.signal);
  setTimeout(() => stop.abort(), 50);
  await assert.rejects(ended, { name: "AbortError" });
});

/** Texts that look like addresses, well or badly, on hosts of our own. */
const nearlyUrl = (port: number) =>
  fc.tuple(
    fc.constantFrom("http://", "https://", "HTTP:\\\\", "//", "", "http:", "javascript:"),
    fc.constantFrom(
      `public.test:${port}`,
      "public.test:1",
      "[::1",
      "127.1",
      "a..b",
      "xn--",
      "%00",
      "ü.test",
      "a b",
      "@",
      "?",
    ),
    fc.oneof(
      fc.string({ maxLength: 30 }),
      fc.string({ unit: "binary", maxLength: 30 }),
      fc.constantFrom("/\r\nX: y", "/#\0", "/%zz", "/../.."),
    ),
  ).map((parts) => parts.join(""));

Deno.test("no address, in a list or in a redirect, ends in anything but an image or its reason", async () => {
  let location = "";
  await using server = await hostileServer((path) =>
    path === "redirect"
      ? answer(302, { Location: location })
      : path === "robots.txt"
      ? answer(404)
      : image(BODY)
  );
  const settings = { ...IMPATIENT, robotsTxt: false };
  const ask = () => Promise.reject(new RequestFailure("unknown_host", ""));
  const elsewhere = makeResolver(() => false, ask);
  using client = makeClient(settings, {
    resolve: (host) => host === "public.test" ? resolver.resolve(host) : elsewhere.resolve(host),
    lookup: (host, options, done) =>
      (host === "public.test" ? resolver : elsewhere).lookup(host, options, done),
  });
  const context = { client, agent: "name-that-dataset", settings };
  const ends = async (url: string) => {
    await download(url, context, new AbortController().signal, asItIs).catch((error) => {
      if (!(error instanceof RequestFailure)) throw error;
    });
  };
  await fc.assert(
    fc.asyncProperty(nearlyUrl(server.port), async (text) => {
      await ends(text);
      location = text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, "");
      await ends(address(server, "redirect"));
    }),
    { numRuns: 200, seed: 1 },
  );
});

Deno.test("no answer, however its bytes are damaged, ends in anything but a body or its reason", async () => {
  let sent = new Uint8Array();
  await using server = await hostileServer((path) =>
    path === "robots.txt" ? answer(404) : (socket) => socket.end(sent)
  );
  const good = new TextEncoder().encode(
    "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nX-Robots-Tag: all\r\nContent-Encoding: identity\r\n" +
      "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n",
  );
  const damage = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
  const endings: Record<string, number> = {};
  await fc.assert(
    fc.asyncProperty(damage, async (changes) => {
      sent = good.slice();
      for (const [at, value] of changes) sent[at] = value;
      const ended = await attempt(address(server, "x"), { ...SETTINGS, robotsTxt: false });
      const ending = "reason" in ended ? ended.reason : "ok";
      endings[ending] = (endings[ending] ?? 0) + 1;
    }),
    { numRuns: 200, seed: 1 },
  );
  assert.ok(endings.bad_response > 0 && endings.ok > 0, JSON.stringify(endings));
});

Deno.test("types that servers make up say nothing: the bytes decide", async () => {
  for (
    const type of ["text/plain", "application/octetstream", "jpg", "JPEG", "image", "unknown/unknown", "*/*"]
  ) {
    assert.notEqual(await outcome(image(BODY, { "Content-Type": type })), "not_image_type", type);
  }
});
