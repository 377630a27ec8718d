import assert from "node:assert/strict";
import { makeFetcher } from "../../src/fetch/fetch_one.ts";
import { NETWORK_DEFAULTS, STORAGE_DEFAULTS } from "../../src/fetch/settings.ts";
import {
  answer,
  type HostileServer,
  hostileServer,
  image,
  type Script,
} from "../made/fetch/hostile_server.ts";
import { photographJpeg } from "../made/fetch/made_up_photographs.ts";

const NETWORK = { ...NETWORK_DEFAULTS, allowPrivateAddresses: true, perHost: 1, retries: 0 };
const photo = await photographJpeg(1);

/** A server that redirects each path to the same path of another. */
const redirecting = (to: () => HostileServer, others: Record<string, Script> = {}) =>
  hostileServer((path) => others[path] ?? answer(302, { Location: to().url(path) }));

const fetcherOf = (network = NETWORK) => makeFetcher(network, STORAGE_DEFAULTS, new AbortController().signal);

/** An image that takes a while; `most` is how many of them were being sent at the same time. */
function slowImage() {
  const seen = { inside: 0, most: 0 };
  const script: Script = (socket, request) => {
    seen.most = Math.max(seen.most, ++seen.inside);
    setTimeout(() => {
      seen.inside--;
      image(photo)(socket, request);
    }, 40);
  };
  return { script, seen };
}

const noRobots = { "robots.txt": answer(404) };

Deno.test("a host that others redirect to is asked by no more at a time than any host", async () => {
  const { script, seen } = slowImage();
  await using target = await hostileServer((path) => path === "robots.txt" ? answer(404) : script);
  await using first = await redirecting(() => target, noRobots);
  await using second = await redirecting(() => target, noRobots);
  await using fetcher = fetcherOf();
  const urls = [first, second, target].flatMap((server) => [server.url("a"), server.url("b")]);
  const got = await Promise.all(urls.map((url) => fetcher.fetch({ key: url, url })));
  assert.equal(got.filter(({ facts }) => facts.originalBytes === photo.length).length, urls.length);
  assert.equal(seen.most, 1);
});

Deno.test("hosts that redirect to one another do not wait for one another forever", async () => {
  const servers: HostileServer[] = [];
  const to = { a: 1, b: 0 };
  for (const home of ["a", "b"] as const) {
    servers.push(await redirecting(() => servers[to[home]], { ...noRobots, [home]: image(photo) }));
  }
  await using fetcher = fetcherOf();
  // What the first has not the second has, and the other way round.
  const urls = [servers[0].url("b"), servers[1].url("a")];
  const all = Array.from({ length: 6 }, (_, i) => ({ key: `${i}`, url: urls[i % 2] }));
  assert.equal((await Promise.all(all.map((item) => fetcher.fetch(item)))).length, all.length);
  for (const server of servers) await server[Symbol.asyncDispose]();
});

Deno.test("waiting for the turn of the next host is no part of the attempt's time", async () => {
  const { script } = slowImage();
  await using target = await hostileServer(() => script);
  await using first = await redirecting(() => target);
  await using fetcher = fetcherOf({ ...NETWORK, robotsTxt: false, attemptMs: 600 });
  const all = Array.from({ length: 25 }, (_, i) => ({ key: `${i}`, url: first.url(`${i}`) }));
  assert.equal((await Promise.all(all.map((item) => fetcher.fetch(item)))).length, all.length);
});

Deno.test("the robots.txt of a host that is redirected to is obeyed, and its Retry-After is its own", async () => {
  let askedForTime = 0;
  await using target = await hostileServer((path) => ({
    "robots.txt": answer(200, {}, "User-agent: *\nDisallow: /private"),
    busy: (...request: Parameters<Script>) =>
      (askedForTime++ ? image(photo) : answer(429, { "Retry-After": "1" }))(...request),
  }[path]));
  await using first = await redirecting(() => target, { ...noRobots, own: image(photo) });
  await using fetcher = fetcherOf({ ...NETWORK, retries: 1, backoffMs: 1 });
  await assert.rejects(fetcher.fetch({ key: "p", url: first.url("private") }), { reason: "robots_txt" });
  assert.ok(!target.asked.includes("private"));
  await fetcher.fetch({ key: "o", url: first.url("own") }); // a decoder is running from here on
  const began = performance.now();
  const busy = fetcher.fetch({ key: "b", url: first.url("busy") });
  while (askedForTime === 0) await new Promise((resolve) => setImmediate(resolve));
  await fetcher.fetch({ key: "o", url: first.url("own") });
  const soon = performance.now() - began;
  await busy;
  assert.ok(performance.now() - began >= 990 && soon < 990, `${soon} ms: the first host was not closed`);
});
