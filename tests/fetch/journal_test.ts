import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { type ItemOutcome, Journal, writeFailure } from "../../src/fetch/journal.ts";

async function inJournal(
  test: (journal: Journal, reopen: () => Journal) => void | Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/journal.sqlite`;
  let journal = new Journal(path);
  try {
    await test(journal, () => {
      journal[Symbol.dispose]();
      return journal = new Journal(path);
    });
  } finally {
    journal[Symbol.dispose]();
    await Deno.remove(folder, { recursive: true });
  }
}

const item = (position: number) => ({ key: `key ${position}`, url: `http://a.test/${position}` });

const good = (position: number, more: Partial<ItemOutcome> = {}): ItemOutcome => ({
  position,
  item: item(position),
  facts: { sha256: `hash ${position}`, width: 2 } as ItemOutcome["facts"],
  image: Uint8Array.of(position),
  ...more,
});

const bad = (position: number, reason: "gone" | "timed_out" | "unknown_host"): ItemOutcome => ({
  position,
  item: item(position),
  failure: { reason, detail: "detail" },
});

Deno.test("what was recorded is there when it is opened again", () =>
  inJournal((journal, reopen) => {
    const metadata = { caption: "ä 'quoted'" };
    journal.record([good(0, { item: { ...item(0), metadata } }), bad(2, "gone")]);
    journal.set("seed", "3");
    const again = reopen();
    assert.equal(again.setting("seed"), "3");
    assert.deepEqual(again.itemAt(2), { __proto__: null, ...item(2) });
    assert.equal(again.itemAt(1), undefined);
    assert.deepEqual([...again.images(0, 9)], [good(0, { item: { ...item(0), metadata } })]);
    assert.deepEqual([...again.summary()], [
      { position: 0, reason: undefined, sha256: "hash 0" },
      { position: 2, reason: "gone", sha256: undefined },
    ]);
  }));

Deno.test("what is settled, or in a full shard, is in the journal's own file, as after a power cut", () =>
  inJournal(async (journal) => {
    const afterPowerCut = async () => {
      const path = `${journal.path}.copy`; // without what SQLite keeps beside it until then
      await Deno.copyFile(journal.path, path);
      using copy = new Journal(path);
      return [...copy.summary()].map(({ position }) => position);
    };
    journal.record([good(0)]);
    journal.settle();
    journal.record([good(1)]);
    assert.deepEqual(await afterPowerCut(), [0]);
    journal.addShard({ number: 0, end: 2, images: 2, bytes: 9 });
    assert.deepEqual(await afterPowerCut(), [0, 1]);
  }));

Deno.test("images come in order, as many as asked for, past failures and pages", () =>
  inJournal((journal) => {
    const all = Array.from({ length: 350 }, (_, i) => i % 3 ? good(i) : bad(i, "gone"));
    journal.record(all.toReversed());
    const positions = [...journal.images(4, 210)].map(({ position }) => position);
    assert.deepEqual(
      positions,
      all.map(({ position }) => position).filter((i) => i >= 4 && i % 3).slice(0, 210),
    );
  }));

Deno.test("a transaction is whole or not at all", () =>
  inJournal((journal) => {
    const broken = {
      position: 2,
      item: item(2),
      facts: {
        get sha256(): string {
          throw new Error("power cut");
        },
      },
    };
    assert.throws(() => journal.record([good(1), broken as unknown as ItemOutcome]), /power cut/);
    assert.deepEqual([...journal.summary()], []);
    journal.record([good(1)]);
  }));

Deno.test("failures are counted up to a position; those that may pass are forgotten after the full shards", () =>
  inJournal((journal) => {
    journal.record([
      bad(0, "timed_out"),
      good(1),
      bad(2, "timed_out"),
      bad(3, "gone"),
      bad(4, "unknown_host"),
      good(5),
    ]);
    assert.deepEqual(journal.failures(3), { timed_out: 2 });
    assert.deepEqual(journal.failures(9), { unknown_host: 1, timed_out: 2, gone: 1 });
    journal.addShard({ number: 0, end: 2, images: 1, bytes: 10 });
    journal.forgetTransient();
    assert.deepEqual(journal.failures(9), { timed_out: 1, gone: 1 });
    assert.deepEqual([...journal.images(0, 9)].map(({ image }) => image), [undefined, Uint8Array.of(5)]);
    assert.deepEqual(journal.shards().map((shard) => ({ ...shard })), [{
      number: 0,
      end: 2,
      images: 1,
      bytes: 10,
    }]);
  }));

Deno.test("duplicates become failures and lose their image; what is forgotten is gone", () =>
  inJournal((journal) => {
    journal.record([good(0), good(1), good(2)]);
    journal.markDuplicates([1]);
    journal.forget([2]);
    assert.deepEqual([...journal.images(0, 9)].map(({ position }) => position), [0]);
    assert.deepEqual(journal.failures(9), { duplicate: 1 });
  }));

Deno.test("the room of images that are in shards is given back", () =>
  inJournal((journal, reopen) => {
    const size = () => Deno.statSync(journal.path).size;
    journal.record(Array.from({ length: 40 }, (_, i) => good(i, { image: new Uint8Array(100_000) })));
    journal.addShard({ number: 0, end: 39, images: 39, bytes: 1 });
    const again = reopen();
    const before = size();
    again.compact();
    assert.equal([...reopen().images(39, 1)][0].image!.length, 100_000);
    assert.ok(size() < before / 5, `${size()} of ${before} bytes`);
  }));

Deno.test("one at a time, and a file that is no journal is said to be none", () =>
  inJournal(async (journal) => {
    assert.throws(() => new Journal(journal.path), /in use: another fetch/);
    const other = `${journal.path}.other`;
    await Deno.writeTextFile(other, "this is no database, whatever it is called ".repeat(100));
    assert.throws(() => new Journal(other), /cannot be read .* to fetch anew/);
  }));

Deno.test("to fetch anew is no advice where the disk or a folder is at fault", async () => {
  const folder = await Deno.makeTempDir();
  try {
    assert.throws(
      () => new Journal(folder),
      /cannot be written \(.*\): may this user write to its folder\?$/,
    );
    if (Deno.build.os !== "linux") return;
    assert.throws(() => new Journal("/dev/full"), /cannot be written .*free some space.*is kept$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a full disk is said to be one, with what to do", () => {
  using database = new DatabaseSync(":memory:");
  database.exec("PRAGMA max_page_count = 4; CREATE TABLE t (x)");
  let error: Error | undefined;
  try {
    database.prepare("INSERT INTO t VALUES (?)").run(new Uint8Array(1 << 20));
  } catch (full) {
    error = writeFailure("/data/journal.sqlite", full as Error);
  }
  assert.match(
    error!.message,
    /journal\.sqlite cannot be written \(.*disk is full\): free some space .*NTD_DATA/,
  );
  const other = new Error("another");
  assert.equal(writeFailure("x", other), other);
});
