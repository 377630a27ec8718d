import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { type Checkpoint, loadCheckpoint, saveCheckpoint } from "../../src/train/checkpoint.ts";

const at = (step: number): Checkpoint => ({
  epochs: 1,
  step,
  epochLoss: 0.1 + 0.2,
  epochSeconds: 1.5,
  epochWait: 0.25,
  values: { parameters: Float32Array.of(step, -0, 1e-40), m: Float32Array.of(), v: Float32Array.of(3) },
});

async function folderWith(...steps: number[]): Promise<string> {
  const folder = Deno.makeTempDirSync();
  for (const step of steps) await saveCheckpoint(folder, at(step));
  return folder;
}

const newest = (folder: string) => join(folder, "checkpoint.safetensors");

Deno.test("what was saved is read back, bit for bit; the newest wins", async () => {
  assert.deepEqual(loadCheckpoint(await folderWith(1, 2, 3)), at(3));
  assert.equal(loadCheckpoint(Deno.makeTempDirSync()), undefined);
});

Deno.test("a file cut short or with a flipped bit gives way to the one before, and says so", async () => {
  const { length } = Deno.readFileSync(newest(await folderWith(1)));
  const damages: ((bytes: Uint8Array) => Uint8Array)[] = [
    (bytes) => bytes.subarray(0, 0),
    (bytes) => bytes.subarray(0, 5),
    (bytes) => bytes.subarray(0, length - 1),
    (bytes) => bytes.with(length - 1, bytes[length - 1] ^ 1),
    (bytes) => bytes.with(2, 255),
    (bytes) => bytes.with(9, bytes[9] ^ 64),
  ];
  for (const damage of damages) {
    const folder = await folderWith(1, 2);
    Deno.writeFileSync(newest(folder), damage(Deno.readFileSync(newest(folder))));
    const said: string[] = [];
    assert.deepEqual(loadCheckpoint(folder, (error) => said.push(error.message)), at(1));
    assert.match(said.join(), /checkpoint\.safetensors is damaged/);
  }
});

Deno.test("a kill between the two renames leaves the newest as the previous one", async () => {
  const folder = await folderWith(1);
  Deno.renameSync(newest(folder), join(folder, "checkpoint.previous.safetensors"));
  assert.deepEqual(loadCheckpoint(folder), at(1));
});

Deno.test("a checkpoint that cannot be written leaves the one before, and names the file", async () => {
  const folder = await folderWith(1);
  Deno.mkdirSync(`${newest(folder)}.tmp`); // a folder in the way stands for a disk that refuses
  await assert.rejects(() => saveCheckpoint(folder, at(2)), /checkpoint\.safetensors could not be written/);
  assert.deepEqual(loadCheckpoint(folder), at(1));
});

Deno.test("a checkpoint whose header ends at no multiple of 8 bytes, as they once were written, is read", () => {
  const { values, ...progress } = at(4);
  const data = new Uint8Array(Float32Array.of(...values.parameters, ...values.m, ...values.v).buffer);
  const header = JSON.stringify({
    parameters: { dtype: "F32", shape: [3], data_offsets: [0, 12] },
    m: { dtype: "F32", shape: [0], data_offsets: [12, 12] },
    v: { dtype: "F32", shape: [1], data_offsets: [12, 16] },
    __metadata__: {
      progress: JSON.stringify(progress),
      sha256: createHash("sha256").update(data).digest("hex"),
    },
  });
  assert.notEqual(header.length % 8, 0);
  const length = new Uint8Array(new BigUint64Array([BigInt(header.length)]).buffer);
  const folder = Deno.makeTempDirSync();
  Deno.writeFileSync(newest(folder), Uint8Array.of(...length, ...new TextEncoder().encode(header), ...data));
  assert.deepEqual(loadCheckpoint(folder), at(4));
});
