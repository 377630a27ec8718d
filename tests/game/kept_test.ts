import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Answer,
  beginGame,
  type Beginning,
  keepAnswer,
  OutOfTurnError,
  readGames,
} from "../../src/game/kept.ts";

const datasets = ["a", "b", "c"];

const beginning = (images: number): Beginning => ({
  run: "0123456789abcdef",
  datasets,
  wanted: images,
  seed: 0,
  feedback: false,
  begun: "2026-11-24T10:00:00.000Z",
  images: Array.from({ length: images }, (_, i) => ({ dataset: datasets[i % 3], key: `key ${i} "ü"\n` })),
});

function answerTo({ images }: Beginning, image: number, said = "a"): Answer {
  const { key, dataset } = images[image];
  return { image, key, dataset, said, network: "b", seconds: 1.25, answered: "2026-11-24T10:00:01.000Z" };
}

Deno.test("kept games: any number of games and answers is read back as it was kept", () => {
  const lengths = fc.array(
    fc.record({ images: fc.integer({ min: 1, max: 8 }), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
    {
      maxLength: 4,
    },
  );
  fc.assert(
    fc.property(lengths, (games) => {
      const folder = `${Deno.makeTempDirSync()}/not yet there`;
      const kept = games.map(({ images, share }) => {
        let game = beginGame(folder, beginning(images));
        for (let i = 0; i < Math.round(share * images); i++) {
          game = keepAnswer(game, answerTo(game.beginning, i, datasets[i % 3]));
        }
        return game;
      });
      assert.deepEqual(readGames(folder), kept);
      assert.deepEqual(kept.map(({ number }) => number), games.map((_, i) => i + 1));
    }),
    { numRuns: 30 },
  );
});

Deno.test("kept games: cut anywhere, a file gives the whole lines back, and playing goes on", () => {
  const folder = Deno.makeTempDirSync();
  let game = beginGame(folder, beginning(4));
  for (const i of [0, 1]) game = keepAnswer(game, answerTo(game.beginning, i));
  const whole = Deno.readFileSync(game.path);
  const first = whole.indexOf(10) + 1;
  for (let length = 0; length < whole.length; length++) {
    Deno.writeFileSync(game.path, whole.subarray(0, length));
    const [read] = readGames(folder);
    if (length < first) {
      assert.equal(read, undefined, "a game whose first line is torn has not begun");
      continue;
    }
    const turn = read.answers.length;
    assert.ok(turn < 2);
    const after = keepAnswer(read, answerTo(read.beginning, turn, "c"));
    assert.deepEqual(readGames(folder), [after], `cut after ${length} bytes`);
    assert.deepEqual([after.answers.length, after.answers[turn].said], [turn + 1, "c"]);
  }
});

Deno.test("kept games: an answer counts once, whoever else writes to the same game", () => {
  const folder = Deno.makeTempDirSync();
  const game = beginGame(folder, beginning(3));
  keepAnswer(game, answerTo(game.beginning, 0, "b"));
  // This one was read before the answer above was kept, as by another window.
  assert.throws(() => keepAnswer(game, answerTo(game.beginning, 0, "c")), OutOfTurnError);
  assert.throws(() => keepAnswer(game, answerTo(game.beginning, 2)), OutOfTurnError);
  assert.deepEqual(readGames(folder)[0].answers.map(({ said }) => said), ["b"]);
});

Deno.test("kept games: what is damaged is named with its line", () => {
  const folder = Deno.makeTempDirSync();
  const { path, beginning: first } = beginGame(folder, beginning(3));
  const line = (change: Partial<Record<keyof Answer, unknown>>) =>
    JSON.stringify({ ...answerTo(first, 0), ...change });
  const refuse = (text: string, pattern: RegExp) => {
    Deno.writeTextFileSync(path, text);
    assert.throws(() => readGames(folder), pattern);
  };
  const start = JSON.stringify(first);
  refuse("nonsense\n", /game-001\.jsonl, line 1: it is not JSON\. Mend the file or move it away/);
  refuse(`${JSON.stringify({ ...first, images: [] })}\n`, /line 1: images: /);
  refuse(`${start}\n{"image":0}\n`, /line 2: key: /);
  refuse(`${start}\n${line({ seconds: -1 })}\n`, /line 2: seconds: /);
  refuse(`${start}\n${line({ said: "d" })}\n`, /line 2: it is no answer to the image whose turn it is/);
  refuse(`${start}\n${line({ image: 1 })}\n`, /line 2: it is no answer/);
  refuse(`${start}\n${line({ key: "another" })}\n`, /line 2: it is no answer/);
});

Deno.test("kept games: a folder that is not there, or holds other files, has no games", () => {
  const folder = Deno.makeTempDirSync();
  assert.deepEqual(readGames(`${folder}/none`), []);
  Deno.writeTextFileSync(`${folder}/notes.txt`, "mine");
  assert.deepEqual(readGames(folder), []);
});
