/** What the page is told, and when. */
import assert from "node:assert/strict";
import { keptGames } from "../../src/game/game.ts";
import type { AnswerReply, GameScore, GameState } from "../../src/game/wire.ts";
import { IMAGES, post, refused, served } from "../made/game/served.ts";

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
