import assert from "node:assert/strict";
import { request } from "node:http";
import { keptGames } from "../../src/game/game.ts";
import { serveGame } from "../../src/game/mod.ts";
import { post, refused, served } from "../made/game/served.ts";

/** A request with headers and a path exactly as given: `fetch` mends both. */
function raw(
  url: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, headers }, (response) => {
      let text = "";
      response.on("data", (chunk) => text += chunk).on(
        "end",
        () => resolve({ status: response.statusCode!, text }),
      );
    });
    sent.on("error", reject).end();
  });
}

Deno.test("the server: only 127.0.0.1, only with the token, only for its own page", async () => {
  await using server = await served();
  const { origin, pathname, host } = new URL(server.url);
  assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\/$/);
  const token = pathname.slice(1, -1);
  for (
    const path of ["/", "/state", `/${token.slice(1)}/state`, `/${"0".repeat(32)}/state`, `//${token}/state`]
  ) {
    assert.equal((await raw(server.url, path)).status, 403, path);
  }
  assert.equal((await raw(server.url, `/${token}/state`)).status, 200);
  assert.equal(
    (await raw(server.url, `/${token}/state`, { host: "evil.example" })).status,
    403,
    "DNS rebinding",
  );
  for (const elsewhere of ["http://evil.example", "null", "http://127.0.0.1:1", `https://${host}`]) {
    const { status } = await raw(server.url, `/${token}/state`, { origin: elsewhere });
    assert.equal(status, 403, elsewhere);
  }
  const own = await fetch(`${server.url}state`, { headers: { origin } });
  assert.equal(own.status, 200);
  await own.body?.cancel();
});

Deno.test("the server: two games have two tokens", async () => {
  await using a = await served();
  await using b = await served();
  assert.notEqual(new URL(a.url).pathname, new URL(b.url).pathname);
});

Deno.test("the server: no file but the page's own, whatever the path", async () => {
  await using server = await served();
  const { pathname } = new URL(server.url);
  const paths = [
    "page/../wire.ts",
    "../game.ts",
    "page/%2e%2e/kept.ts",
    "page/deno.json",
    "page/",
    "page",
    "..%2f..%2fdeno.json",
    "constructor",
    "__proto__",
    "page/main.ts/",
    "//etc/passwd",
    "question/1/../../state/x",
    "question/1/0.png%00",
  ];
  for (const path of paths) {
    const { status, text } = await raw(server.url, pathname + path);
    assert.ok(status === 404 || status === 403, `${path}: ${status}`);
    assert.ok(text.length < 200, path);
  }
  for (const file of ["", "page/main.ts", "page/style.css"]) {
    const response = await fetch(server.url + file);
    assert.equal(response.status, 200);
    const text = await response.text();
    if (file.endsWith(".ts")) assert.doesNotMatch(text, /import type|: GameState/, "types are taken out");
    assert.doesNotMatch(
      text.replaceAll("http://127.0.0.1", ""),
      /(src|href)="(https?:)?\/\//,
      "nothing from elsewhere",
    );
  }
});

Deno.test("the server: every answer forbids foreign scripts, foreign frames and caching", async () => {
  await using server = await served();
  for (const path of ["", "state", "nothing", "example/0/0.png"]) {
    const { headers, body } = await fetch(server.url + path);
    await body?.cancel();
    const policy = headers.get("content-security-policy")!;
    assert.match(policy, /default-src 'none'.*script-src 'self';/);
    assert.match(policy, /frame-ancestors 'self' http:\/\/127\.0\.0\.1:\* http:\/\/localhost:\*/);
    assert.doesNotMatch(policy, /unsafe|script-src[^;]*http/);
    assert.deepEqual(
      ["cache-control", "x-content-type-options", "referrer-policy"].map((name) => headers.get(name)),
      [
        "no-store",
        "nosniff",
        "no-referrer",
      ],
    );
    assert.equal(headers.get("access-control-allow-origin"), null);
  }
});

Deno.test("the server: wrong methods, bodies and images are refused with what is wrong, and nothing is kept", async () => {
  await using server = await served();
  const { url, game } = server;
  const methods = [["begin", "GET", "POST"], ["answer", "DELETE", "POST"], ["state", "POST", "GET"], [
    "",
    "POST",
    "GET",
  ]];
  for (const [path, method, allowed] of methods) {
    const response = await fetch(url + path, { method });
    assert.deepEqual([response.status, response.headers.get("allow")], [405, allowed], path);
    await response.body?.cancel();
  }
  await refused(
    post(`${url}begin`, { feedback: true }, { "content-type": "text/plain" }),
    415,
    /application\/json/,
  );
  await refused(post(`${url}begin`, "{"), 400, /not JSON/);
  await refused(post(`${url}begin`, { feedback: "yes" }), 400, /feedback/);
  await refused(post(`${url}begin`, { feedback: true, more: 1 }), 400, /more/);
  await refused(
    post(`${url}begin`, { feedback: true, padding: "x".repeat(2000) }),
    413,
    /longer than 1000 bytes/,
  );
  await refused(post(`${url}answer`, { game: 1, image: 0, said: 0, seconds: 1 }), 409, /not the game/);
  await refused(fetch(`${url}question/1/0.png`), 404, /no such image/);
  await refused(fetch(`${url}score`), 409, /every image/);
  await refused(fetch(`${url}figure/700.svg`), 409, /every image/);
  assert.deepEqual(keptGames(game), []);

  assert.equal((await post(`${url}begin`, { feedback: false })).status, 201);
  const good = { game: 1, image: 0, said: 0, seconds: 1 };
  await refused(post(`${url}answer`, { ...good, said: 3 }), 400, /said: there are 3 datasets/);
  for (const wrong of [{ said: -1 }, { image: 0.5 }, { seconds: -1 }, { seconds: null }, { image: "0" }]) {
    await refused(post(`${url}answer`, { ...good, ...wrong }), 400);
  }
  await refused(post(`${url}answer`, { ...good, image: 1 }), 409, /not the turn of image 2/);
  await refused(post(`${url}answer`, { ...good, image: 99 }), 409, /no image 100/);
  await refused(fetch(`${url}question/1/1.png`), 404, /no such image/);
  await refused(fetch(`${url}question/2/0.png`), 404, /no such image/);
  await refused(fetch(`${url}example/0/30.png`), 404, /no such image/);
  await refused(fetch(`${url}example/3/0.png`), 404, /no such image/);
  assert.equal(keptGames(game)[0].answers.length, 0);
});

Deno.test("the server: a damaged file is told to the player, and a taken port to who starts", async () => {
  await using server = await served();
  Deno.mkdirSync(server.game.folder, { recursive: true });
  Deno.writeTextFileSync(`${server.game.folder}/game-001.jsonl`, "nonsense\n");
  await refused(fetch(`${server.url}state`), 500, /game-001\.jsonl, line 1: it is not JSON/);
  const port = Number(new URL(server.url).port);
  assert.throws(() => serveGame(server.game, { port }), new RegExp(`Port ${port} is taken`));
});
