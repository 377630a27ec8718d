import assert from "node:assert/strict";
import fc from "fast-check";
import { OutOfTurnError } from "../../src/game/kept.ts";
import {
  answer,
  begin,
  currentGame,
  examplePng,
  type Game,
  keptGames,
  nextImages,
  openGame,
  packedImage,
  playedGames,
} from "../../src/game/game.ts";
import { decode } from "../../src/images/mod.ts";
import { networkScore, personScore } from "../../src/chapters/user_study/records.ts";
import { EACH, keptRun, smallGame } from "../made/game/small_game.ts";

const names = (images: { key: string; dataset: string }[]) =>
  images.map(({ key, dataset }) => `${dataset}/${key}`);

Deno.test("a game asks validation images only, games share none, and at last none is left", async () => {
  using game = await smallGame({ images: 5 });
  const all = 3 * EACH;
  const valid = game.predictions.map(({ key, label }) => `${game.record.experiment.datasets[label]}/${key}`);
  const asked: string[] = [];
  for (const expected of [5, 5, all - 10]) {
    let kept = begin(game, false);
    assert.equal(kept.beginning.images.length, expected);
    for (let i = 0; i < expected; i++) kept = answer(game, kept, i, i % 3, 0.5);
    asked.push(...names(kept.beginning.images));
  }
  assert.deepEqual(asked.toSorted(), valid.toSorted());
  assert.deepEqual(nextImages(game), []);
  assert.throws(() => begin(game, false), OutOfTurnError);
});

/** What a player, or two windows of one, may do: begin anew, or answer the image that is `ahead` of the one whose turn it is. */
type Move = "begin" | { ahead: number; said: number };

const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.oneof(
    { arbitrary: fc.constant<Move>("begin"), weight: 1 },
    { arbitrary: fc.record({ ahead: fc.constantFrom(-1, 0, 0, 0, 0, 1), said: fc.nat(2) }), weight: 5 },
  ),
  { maxLength: 40 },
);

Deno.test("whatever is done in whatever order, games and answers are those that were taken, each image once", async () => {
  using opened = await smallGame({ images: 4 });
  fc.assert(
    fc.property(moves, (sequence) => {
      const game = { ...opened, folder: `${Deno.makeTempDirSync()}/play` };
      const model: number[][] = []; // of each game, what was said
      for (const move of sequence) {
        const answered = model.flat().length;
        if (move === "begin") {
          if (answered === 3 * EACH) assert.throws(() => begin(game, false), OutOfTurnError);
          else {
            begin(game, false);
            model.push([]);
          }
          continue;
        }
        const kept = currentGame(game);
        assert.equal(kept === undefined, model.length === 0);
        if (!kept) continue;
        const said = model.at(-1)!;
        const image = said.length + move.ahead;
        if (move.ahead === 0 && image < kept.beginning.images.length) {
          answer(game, kept, image, move.said, 1);
          said.push(move.said);
        } else assert.throws(() => answer(game, kept, image, move.said, 1), OutOfTurnError);
      }
      const kept = keptGames(game);
      const { datasets } = game.record.experiment;
      assert.deepEqual(kept.map(({ answers }) => answers.map(({ said }) => datasets.indexOf(said))), model);
      const answered = kept.flatMap(({ answers }) => names(answers));
      assert.equal(new Set(answered).size, answered.length);
    }),
    { numRuns: 40 },
  );
});

Deno.test("the order is the seed's, and mixes the datasets", async () => {
  const { record, runs } = await keptRun();
  const order = async (seed: number) => {
    using game = await openGame(record, { images: 12, seed, runs });
    return nextImages(game).map(({ label, key }) => `${label} ${key}`);
  };
  const first = await order(0);
  assert.deepEqual(await order(0), first);
  assert.notDeepEqual(await order(1), first);
  assert.deepEqual((await order(1)).toSorted(), first.toSorted());
  assert.notDeepEqual(first, first.toSorted());
});

Deno.test("what was answered is scored against the truth and against the network on the same images", async () => {
  const { record, runs } = await keptRun();
  const datasets = record.experiment.datasets;
  const [unplayed] = await playedGames(record, { images: 6, runs });
  assert.deepEqual([unplayed.answers, unplayed.network.n], [[], 6]);
  using game = await openGame(record, { images: 6, runs });
  let kept = begin(game, true);
  // Right on the first two, wrong on the next two; then the player stops.
  for (const i of [0, 1, 2, 3]) {
    const truth = datasets.indexOf(kept.beginning.images[i].dataset);
    kept = answer(game, kept, i, i < 2 ? truth : (truth + 1) % 3, 1);
  }
  const played = await playedGames(record, { images: 6, runs });
  assert.deepEqual([personScore(played)!.correct, personScore(played)!.n], [2, 4]);
  const network = kept.beginning.images.slice(0, 4).filter(({ key, dataset }) => {
    const said = game.predictions.find((p) => p.key === key && datasets[p.label] === dataset)!;
    return said.probabilities[said.label] === 0.8;
  });
  assert.deepEqual([networkScore(played).correct, networkScore(played).n], [network.length, 4]);
  assert.equal(played[0].network.correct, unplayed.network.correct, "the same images, the same network");
});

Deno.test("whoever comes back goes on with the last game, unless another number of images is asked for", async () => {
  const { record, runs } = await keptRun();
  {
    using game = await openGame(record, { images: 4, runs });
    assert.equal(currentGame(game), undefined);
    answer(game, begin(game, false), 0, 0, 1);
  }
  using again = await openGame(record, { images: 4, runs });
  assert.equal(currentGame(again)?.answers.length, 1);
  using other = await openGame(record, { images: 3, runs });
  assert.equal(currentGame(other), undefined);
  assert.equal(keptGames(other).length, 1);
});

Deno.test("a game's pictures are of one size and kind, whatever the datasets store", async () => {
  using game = await smallGame({ datasets: ["carbon", "fxemoji"] });
  assert.deepEqual(game.pools.map(({ channels }) => channels), [1, 3]);
  const shapes = game.predictions.map((prediction) => {
    const { width, height, channels } = packedImage(game, prediction);
    return `${width} ${height} ${channels}`;
  });
  assert.equal(new Set(shapes).size, 1);
  // carbon is grey and would betray itself among colours: its three channels are that one.
  const { pixels, width } = await decode((await examplePng(game, 0, 0))!, 3);
  const stored = game.pools[0].read(game.examples[0][0]);
  assert.equal(width, game.pools[0].side);
  assert.deepEqual([...pixels], [...stored].flatMap((value) => [value, value, value]));
  assert.equal(await examplePng(game, 0, 30), undefined);
  assert.equal(await examplePng(game, 2, 0), undefined);
});

Deno.test("two parts of one source are two datasets", async () => {
  using game = await smallGame({ images: 8, datasets: ["carbon#1/2", "carbon#2/2"] });
  let kept = begin(game, false);
  for (let i = 0; i < 8; i++) kept = answer(game, kept, i, 1, 1);
  assert.deepEqual(
    new Set(kept.beginning.images.map(({ dataset }) => dataset)),
    new Set(game.record.experiment.datasets),
  );
  for (const label of [0, 1]) {
    assert.equal(packedImage(game, game.predictions.find((p) => p.label === label)!).width, 64);
  }
});

Deno.test("images of a larger dataset are made as small as those of the smallest", () => {
  const pool = (side: number, channels: 1 | 3) => ({
    side,
    channels,
    read: (index: number) => new Uint8Array(side * side * channels).fill(10 + index),
  });
  const indices = [new Map([["b", 1]]), new Map([["b", 1]])];
  const game = { pools: [pool(8, 1), pool(5, 3)], indices } as unknown as Game;
  for (const label of [0, 1]) {
    const { pixels, width, height, channels } = packedImage(game, { label, key: "b" });
    assert.deepEqual([width, height, channels, pixels.length, new Set(pixels)], [5, 5, 3, 75, new Set([11])]);
  }
});

Deno.test("a game that cannot be says why", async () => {
  const { record, runs } = await keptRun();
  const refused = (options: { images?: number; seed?: number }, pattern: RegExp) =>
    assert.rejects(() => openGame(record, { runs, ...options }), pattern);
  await refused({}, /images is 100; the network was evaluated on 12 validation images/);
  await refused({ images: 0 }, /images is 0; a game has 1 image or more/);
  await refused({ images: 2.5 }, /images is 2\.5/);
  await refused({ images: 3, seed: -1 }, /seed is -1/);
  const lost = { ...record, hash: "ffffffffffffffff" };
  await assert.rejects(
    () => openGame(lost, { images: 3, runs }),
    /kept no predictions\. Remove the folder and run/,
  );
});
