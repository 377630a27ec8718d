import assert from "node:assert/strict";
import { join } from "node:path";
import { listRuns, writeEvents } from "../../src/records/mod.ts";
import { crc32c, eventFile } from "../../src/records/tensorboard.ts";
import { messageIn, recordsIn } from "../made/records/event_reader.ts";
import { hash, RunFolders } from "../made/records/run_folders.ts";

const text = (bytes: unknown) => new TextDecoder().decode(bytes as Uint8Array);

/** Tag, step, value and time of the scalars in an event file that has so many records. */
async function scalarsIn(path: string, records: number) {
  const [version, ...events] = (await recordsIn(path, records)).map(messageIn);
  assert.equal(text(version.get(3)![0]), "brain.Event:2");
  return events.map((event) => {
    const [value] = messageIn(event.get(5)![0] as Uint8Array).get(1)!;
    const scalar = messageIn(value as Uint8Array);
    return [text(scalar.get(1)![0]), event.get(2)![0], scalar.get(2)![0], event.get(1)![0]];
  });
}

Deno.test("crc32c: the check value, and RFC 3720's vectors", () => {
  assert.equal(crc32c(new TextEncoder().encode("123456789")), 0xe3069283);
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.equal(crc32c(new Uint8Array(32).fill(255)), 0x62a8ab43);
  assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e);
});

Deno.test("writeEvents: TensorFlow's reader finds the curves of a run", async () => {
  using folders = new RunFolders();
  folders.classifier(hash("aa"), { seed: 3, finishedAt: "2026-11-24T04:00:00.000Z" });
  const [run] = await listRuns(folders.root);
  const folder = join(folders.root, "board");
  const count = await writeEvents(run, folders.root, folder);
  const path = join(
    folder,
    "tabler+mdi_resnet_tiny_64_seed3_aa000000",
    "events.out.tfevents.0.name-that-dataset",
  );
  const end = Date.parse("2026-11-24T04:00:00.000Z") / 1000;
  const scalars = await scalarsIn(path, count + 1);
  const epoch = (number: number, time: number) => {
    const validation = run.result!.accuracy!;
    return [
      ["train/loss", 1 / number],
      ["train/learningRate", 0.01 / number],
      ["train/epoch", number],
      ["train/seconds", 2 * number],
      ["validation/loss", 2 / number],
      ["validation/accuracy", validation.value],
      ["validation/accuracyLow", validation.low],
      ["validation/accuracyHigh", validation.high],
    ].map(([tag, value]) => [tag, 8 * number, Math.fround(value as number), time]);
  };
  const ends = [["accuracy", 0.9], ["trainingAccuracy", 0.95], ["chance", 0.5]];
  assert.deepEqual(scalars, [
    ...epoch(1, end - 4),
    ...epoch(2, end),
    ...ends.map(([name, value]) => [`result/${name}`, 16, Math.fround(value as number), end]),
  ]);
  const before = Deno.readFileSync(path);
  await writeEvents(run, folders.root, folder);
  assert.deepEqual(Deno.readFileSync(path), before, "written again it is replaced, not added to");
  assert.equal([...Deno.readDirSync(join(path, ".."))].length, 1);
  before[before.length - 1] ^= 1;
  Deno.writeFileSync(path, before);
  await assert.rejects(() => recordsIn(path, count + 1), /corrupted|truncated|DataLoss/i);
});

Deno.test("eventFile: long tags, large steps and no scalar at all", async () => {
  const path = Deno.makeTempFileSync();
  const tag = `é/${"long".repeat(50)}`;
  Deno.writeFileSync(path, eventFile([{ tag, step: 2 ** 41 + 5, value: -1.5, wallTime: 1e9 + 0.25 }]));
  assert.deepEqual(await scalarsIn(path, 2), [[tag, 2 ** 41 + 5, -1.5, 1e9 + 0.25]]);
  Deno.writeFileSync(path, eventFile([]));
  assert.deepEqual(await scalarsIn(path, 1), []);
  Deno.removeSync(path);
});

Deno.test("writeEvents: an unfinished run has its epochs, a run without any writes nothing", async () => {
  using folders = new RunFolders();
  folders.classifier(hash("aa"), { finishedAt: null, datasets: ["cifar10@train#1/2", "cifar10@train#2/2"] });
  folders.classifier(hash("bb"));
  folders.write(hash("bb"), "epochs.jsonl", "?\n");
  folders.write(hash("cc"), "lock", "");
  const folder = join(folders.root, "board");
  const points = new Map<string, number>();
  for (const run of await listRuns(folders.root)) {
    points.set(run.hash.slice(0, 2), await writeEvents(run, folders.root, folder));
  }
  assert.deepEqual([points.get("aa"), points.get("bb"), points.get("cc")], [16, 0, 0]);
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
  assert.deepEqual(names, ["cifar10-train-1-2+cifar10-train-2-2_resnet_tiny_64_seed0_aa000000"]);
});
