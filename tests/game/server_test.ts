import assert from "node:assert/strict";
import { request } from "node:http";
import type { Game } from "../../src/game/game.ts";
import { keptGames } from "../../src/game/game.ts";
import { serveGame } from "../../src/game/mod.ts";
import type { AnswerReply, GameScore, GameState } from "../../src/game/wire.ts";
import { smallGame } from "./small_game.ts";

const IMAGES = 4;

/** A game of four images with its server. */
async function served(): Promise<{ game: Game; url: string; [Symbol.asyncDispose](): Promise<void> }> {
  const game = await smallGame({ images: IMAGES });
  const server = serveGame(game);
  return {
    game,
    url: server.url,
    async [Symbol.asyncDispose]() {
      await server.close();
      game[Symbol.dispose]();
    },
  };
}

const json = { "content-type": "application/json" };
const post = (url: string, body: unknown, headers: Record<string, string> = json) =>
  fetch(url, { method: "POST", headers, body: typeof body === "string" ? body : JSON.stringify(body) });

async function refused(asked: Promise<Response>, status: number, message = /./): Promise<void> {
  const response = await asked;
  const { error } = await response.json();
  assert.equal(response.status, status, error);
  assert.match(error, message);
}

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

/** All text and bytes that the page can get before it answers the image whose turn it is. */
async function everythingKnown(url: string, image: number): Promise<string> {
  const parts = await Promise.all(
    ["state", "", `question/1/${image}.png`, `question/1/${image + 1}.png`].map(async (path) => {
      const response = await fetch(url + path);
      const bytes = new Uint8Array(await response.arrayBuffer());
      return `${JSON.stringify([...response.headers])} ${new TextDecoder("latin1").decode(bytes)}`;
    }),
  );
  return parts.join("\n");
}

Deno.test("the server: no answer is told before it is given, and then only to who wants to be told", async () => {
  for (const feedback of [false, true]) {
    await using server = await served();
    const { url, game } = server;
    await (await post(`${url}begin`, { feedback })).body?.cancel();
    const { images } = keptGames(game)[0].beginning;
    const { datasets } = game.record.experiment;
    for (const [image, { key, dataset }] of images.entries()) {
      const known = await everythingKnown(url, image);
      assert.ok(!known.includes(key), key);
      const reply: AnswerReply = await (await post(`${url}answer`, { game: 1, image, said: 0, seconds: 2.5 }))
        .json();
      assert.equal(reply.truth, feedback ? datasets.indexOf(dataset) : undefined);
      const expected = { number: 1, images: IMAGES, answered: image + 1, feedback };
      assert.deepEqual(reply.state.round, expected);
      if (image + 1 < IMAGES) await refused(fetch(`${url}score`), 409);
    }
    const state: GameState = await (await fetch(`${url}state`)).json();
    assert.equal(state.next, IMAGES, "a next game is offered");
    const score: GameScore = await (await fetch(`${url}score`)).json();
    assert.deepEqual(score.answers.map(({ truth }) => datasets[truth]), images.map(({ dataset }) => dataset));
    const right = images.filter(({ dataset }) => dataset === datasets[0]).length;
    assert.deepEqual([score.person.value, score.person.n, score.seconds], [right / IMAGES, IMAGES, 2.5]);
    assert.equal(
      score.network.value,
      score.answers.filter(({ truth, network }) => truth === network).length / IMAGES,
    );
    await refused(post(`${url}answer`, { game: 1, image: IMAGES, said: 0, seconds: 1 }), 409);
    const figure = await fetch(`${url}figure/5000.svg`);
    assert.equal(figure.headers.get("content-type"), "image/svg+xml; charset=utf-8");
    assert.match(await figure.text(), /^<svg[^>]*width="760"/);
  }
});

Deno.test("the server: images that look alike in size have nothing but pixels in their files", async () => {
  await using server = await served();
  await (await post(`${server.url}begin`, { feedback: false })).body?.cancel();
  const bytes = await (await fetch(`${server.url}question/1/0.png`)).bytes();
  const chunks: string[] = [];
  const view = new DataView(bytes.buffer);
  for (let at = 8; at < bytes.length; at += 12 + view.getUint32(at)) {
    chunks.push(new TextDecoder().decode(bytes.subarray(at + 4, at + 8)));
  }
  assert.ok(chunks.every((chunk) => ["IHDR", "IDAT", "IEND", "pHYs", "gAMA"].includes(chunk)), chunks.join());
});

Deno.test("the server: a damaged file is told to the player, and a taken port to who starts", async () => {
  await using server = await served();
  Deno.mkdirSync(server.game.folder, { recursive: true });
  Deno.writeTextFileSync(`${server.game.folder}/game-001.jsonl`, "nonsense\n");
  await refused(fetch(`${server.url}state`), 500, /game-001\.jsonl, line 1: it is not JSON/);
  const port = Number(new URL(server.url).port);
  assert.throws(() => serveGame(server.game, { port }), new RegExp(`Port ${port} is taken`));
});
