import assert from "node:assert/strict";
import { playGame, stopPlaying } from "../../src/notebook/mod.ts";
import { environment } from "../made/environment.ts";
import { keptRun } from "../made/game/small_game.ts";

const addressIn = (html: unknown) => /<iframe src="([^"]+)"/.exec(`${html}`)?.[1];
const answers = (url: string) =>
  fetch(`${url}state`).then(async (response) => (await response.json()).next, () => "gone");

Deno.test("playGame: one server a kernel, the same for the same game; another game ends it", async () => {
  const { record, runs } = await keptRun();
  const first = await (await playGame(record, { images: 4, runs })).bundle();
  const url = addressIn(first["text/html"])!;
  assert.match(`${first["text/plain"]}`, /^Name that dataset: .* or carbon\?\nPlay at http:\/\/127\.0\.0\.1/);
  assert.equal(await answers(url), 4);
  const again = await (await playGame(record, { images: 4, runs })).bundle();
  assert.equal(addressIn(again["text/html"]), url);

  await assert.rejects(async () => await playGame(record, { images: 99, runs }), /images is 99/);
  assert.equal(await answers(url), 4, "a game that cannot be leaves the one that is");

  const other = addressIn((await (await playGame(record, { images: 3, runs })).bundle())["text/html"])!;
  assert.deepEqual([await answers(url), await answers(other)], ["gone", 3]);
  await stopPlaying();
  assert.equal(await answers(other), "gone");
});

Deno.test("playGame: headless, where nobody can play, it is a picture and a hint", async () => {
  using _headless = environment({ NTD_HEADLESS: "1" });
  const { record, runs } = await keptRun();
  const output = async () => await (await playGame(record, { images: 9, runs })).bundle();
  const bundle = await output();
  assert.doesNotMatch(JSON.stringify(bundle), /iframe|127\.0\.0\.1/);
  assert.match(
    `${bundle["text/html"]}`,
    /^<img src="data:image\/png;base64,[^"]+" width="840" alt="Name that dataset: .*deno task play/,
  );
  assert.deepEqual(await output(), bundle, "committed outputs do not change from run to run");
});
