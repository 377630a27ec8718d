/**
 * Damaged files of every kind that is read, thousands of them: each is read or refused, none ends the process. The environment variable
 * NTD_FUZZ says how many of each kind (`deno task fuzz`: 20,000).
 */
import assert from "node:assert/strict";
import { parquetWriteBuffer } from "hyparquet-writer";
import { type ParquetReader, startParquetReader } from "../../../src/data/files/parquet.ts";
import type { RandomAccess } from "~/data/files/open.ts";
import { tarMembers } from "../../../src/data/files/tar_members.ts";
import { zipEntries } from "../../../src/data/files/zip_entries.ts";
import { type Decoders, ImageFailure, startDecoders } from "../../../src/images/mod.ts";
import { type Random, random } from "../../../src/stats/mod.ts";
import { photoFile, tarFile } from "../../made/data/photo_files.ts";
import { zipFile } from "../../made/data/zip_file.ts";

const TRIALS = Number(Deno.env.get("NTD_FUZZ") || 300);
/** Longest time for a damaged image, ms; for whatever is read in this process, twice that. */
const PATIENCE_MS = 10_000;

/** One way to damage a file. */
type Damage = (file: Uint8Array<ArrayBuffer>, draw: Random) => Uint8Array<ArrayBuffer>;

const DAMAGES: Damage[] = [
  function flippedBits(file, draw) {
    const out = file.slice();
    for (let i = 1 + draw.below(8); i > 0; i--) out[draw.below(out.length)] ^= 1 << draw.below(8);
    return out;
  },
  function otherHeader(file, draw) {
    const out = file.slice();
    for (let i = 1 + draw.below(4); i > 0; i--) out[draw.below(Math.min(64, out.length))] = draw.below(256);
    return out;
  },
  function otherEnd(file, draw) {
    const out = file.slice();
    for (let i = 1 + draw.below(4); i > 0; i--) {
      out[out.length - 1 - draw.below(Math.min(256, out.length))] = draw.below(256);
    }
    return out;
  },
  function cutOff(file, draw) {
    return file.slice(0, draw.below(file.length));
  },
  function pieceMissing(file, draw) {
    const at = draw.below(file.length);
    return new Uint8Array([...file.subarray(0, at), ...file.subarray(at + 1 + draw.below(64))]);
  },
  function pieceTwice(file, draw) {
    const at = draw.below(file.length);
    const piece = file.subarray(at, at + 1 + draw.below(64));
    return new Uint8Array([...file.subarray(0, at), ...piece, ...file.subarray(at)]);
  },
  function noise(file, draw) {
    const out = file.slice();
    const at = draw.below(out.length);
    for (let i = at; i < Math.min(out.length, at + 100); i++) out[i] = draw.below(256);
    return out;
  },
];

function inMemory(bytes: Uint8Array<ArrayBuffer>): RandomAccess {
  return {
    size: bytes.length,
    read: (start, end) => {
      if (!(start >= 0 && end <= bytes.length)) return Promise.reject(new Error("outside of the file"));
      return Promise.resolve(bytes.slice(start, end));
    },
    [Symbol.dispose]: () => {},
  };
}

async function readTar(file: Uint8Array): Promise<void> {
  for await (const _ of tarMembers(ReadableStream.from([file]), { wanted: () => true, largest: 1 << 20 }));
}

async function readZip(file: Uint8Array<ArrayBuffer>): Promise<void> {
  for (const entry of await zipEntries(inMemory(file))) await entry.bytes(1 << 20);
}

let reader: ParquetReader | undefined;

async function readParquet(file: Uint8Array<ArrayBuffer>): Promise<void> {
  // Of many damaged files some never end. A busy machine may need seconds to start the process.
  reader ??= startParquetReader(TRIALS > 300 ? 2000 : PATIENCE_MS);
  const parquet = await reader.open(inMemory(file), "it");
  for (const group of parquet.groups.keys()) await parquet.rows(group, ["image", "name"]);
}

const photos = await Promise.all([0, 1, 2, 3].map((i) => photoFile(i)));

const parquet = () =>
  new Uint8Array(parquetWriteBuffer({
    columnData: [
      { name: "image", data: photos.map((photo) => new Uint8Array(photo)), type: "BYTE_ARRAY" },
      { name: "name", data: photos.map((_, i) => `photo-${i}`), type: "STRING" },
    ],
    rowGroupSize: 2,
  }));

let decoders: Decoders<unknown> | undefined;

/** The decoders of pools; stored as JPEG, an image is decoded, reduced, encoded and decoded again. */
const startThem = () =>
  startDecoders(
    new URL("../../../src/data/sources/photo_process.ts", import.meta.url),
    { shorter: 12, channels: 3, background: "#ffffff" },
    { decodeMs: PATIENCE_MS },
  );

/** Whatever ends, hangs or fills the decoder is a fault of ours to be mended, though it is one image to a pool. */
async function decodeIt(file: Uint8Array): Promise<void> {
  decoders ??= startThem();
  await decoders.decode(file).catch((error) => {
    assert.ok(
      error instanceof ImageFailure && !error.reason.startsWith("decoder_"),
      `${error.reason}: ${error}`,
    );
    throw new Error(`${error.reason}: ${error.message}`);
  });
}

const KINDS: [string, Uint8Array, (file: Uint8Array<ArrayBuffer>) => Promise<void>][] = [
  ["JPEG", photos[0], decodeIt],
  ["PNG", await photoFile(0, "png"), decodeIt],
  ["WebP", await photoFile(0, "webp"), decodeIt],
  ["GIF", await photoFile(0, "gif"), decodeIt],
  ["tar", await tarFile(photos.map((bytes, i) => ({ name: `${i}.jpg`, bytes }))), readTar],
  ["ZIP", zipFile(Object.fromEntries(photos.map((photo, i) => [`${i}.jpg`, photo]))), readZip],
  ["Parquet", parquet(), readParquet],
];

/** A reason without its numbers and names, so that like failures count together. */
function kindOfReason({ message }: Error): string {
  return message.trim().split("\n")[0].replaceAll(/\b(0x)?[0-9a-f]*\d[0-9a-f]*\b/g, "N").replaceAll(
    /"[^"]*"/g,
    '"…"',
  ).slice(0, 70);
}

/** Reads damaged copies of a file; how many ended in which way. */
async function outcomes(
  file: Uint8Array<ArrayBuffer>,
  read: (file: Uint8Array<ArrayBuffer>) => Promise<void>,
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (let trial = 0; trial < TRIALS; trial++) {
    const draw = random(trial);
    const damaged = DAMAGES[trial % DAMAGES.length](file, draw);
    let timer: ReturnType<typeof setTimeout>;
    const late = new Promise<Error>((resolve) =>
      timer = setTimeout(() => resolve(new Error("NO ANSWER")), 2 * PATIENCE_MS)
    );
    const failure = await Promise.race([read(damaged).then(() => undefined, (error) => error), late]);
    clearTimeout(timer!);
    assert.ok(failure === undefined || failure instanceof Error, `trial ${trial} threw ${failure}`);
    assert.ok(!(failure instanceof assert.AssertionError), `trial ${trial}: ${failure?.message}`);
    assert.notEqual(failure?.message, "NO ANSWER", `trial ${trial}`);
    const outcome = failure ? kindOfReason(failure) : "read";
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  return counts;
}

for (const [kind, file, read] of KINDS) {
  Deno.test(`${kind}: ${TRIALS} damaged files are read or refused with a reason`, async () => {
    const whole = new Uint8Array(file);
    await read(whole);
    const before = Deno.memoryUsage().rss;
    const counts = await outcomes(whole, read);
    reader?.[Symbol.dispose]();
    decoders?.[Symbol.dispose]();
    decoders = undefined;
    const refused = [...counts].filter(([outcome]) => outcome !== "read").reduce(
      (sum, [, count]) => sum + count,
      0,
    );
    assert.ok(refused > TRIALS / 20, "damage is noticed, as a rule");
    assert.ok(Deno.memoryUsage().rss - before < 1e9, `${(Deno.memoryUsage().rss - before) / 1e6} MB more`);
    if (Deno.env.get("NTD_FUZZ")) console.log(Object.fromEntries([...counts].sort(([, a], [, b]) => b - a)));
  });
}
