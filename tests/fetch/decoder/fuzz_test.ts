import assert from "node:assert/strict";
import type { PhotographFacts } from "../../../src/fetch/decoder/photograph.ts";
import { STORAGE_DEFAULTS } from "../../../src/fetch/settings.ts";
import {
  IMAGE_FAILURES,
  ImageFailure,
  type ImageFailureReason,
  startDecoders,
} from "../../../src/images/mod.ts";
import { type Random, random } from "../../../src/stats/mod.ts";
import { photograph } from "../../made/fetch/made_up_photographs.ts";

/** How many damaged images are tried. The environment variable NTD_FUZZ says how many (`deno task fuzz`: 20,000). */
const IMAGES = Number(Deno.env.get("NTD_FUZZ") ?? 300);

/** Files of every format that is read, in its variants. */
async function originals(): Promise<Uint8Array[]> {
  const image = photograph(1, 96, 64);
  const files = [
    image.clone().jpeg(),
    image.clone().jpeg({ progressive: true, chromaSubsampling: "4:4:4" }).withMetadata({ orientation: 6 }),
    image.clone().withIccProfile("p3").jpeg({ quality: 60 }),
    image.clone().png(),
    image.clone().png({ progressive: true, palette: true }),
    image.clone().webp(),
    image.clone().webp({ lossless: true }),
    image.clone().gif(),
  ];
  return await Promise.all(files.map(async (file) => new Uint8Array(await file.toBuffer())));
}

/** Ways to damage a file. The first bytes, where its lengths and sizes are, are hit more often than the rest. */
const DAMAGES: ((file: Uint8Array, stream: Random) => Uint8Array)[] = [
  (file, stream) => overwritten(file, stream, 1 + stream.below(8), file.length),
  (file, stream) => overwritten(file, stream, 1 + stream.below(20), Math.min(file.length, 700)),
  (file, stream) => file.slice(0, stream.below(file.length)),
  (file, stream) => {
    const [a, b] = [stream.below(file.length), stream.below(file.length)];
    return Uint8Array.from([...file.subarray(0, a), ...file.subarray(b)]); // cuts a piece out, or repeats one
  },
  (file, stream) => {
    const [at, value] = [stream.below(Math.min(file.length, 300)), stream.below(2) ? 0xff : 0];
    return file.slice().fill(value, at, at + 1 + stream.below(4));
  },
];

function overwritten(file: Uint8Array, stream: Random, count: number, within: number): Uint8Array {
  const damaged = file.slice();
  for (let i = 0; i < count; i++) damaged[stream.below(within)] = stream.below(256);
  return damaged;
}

Deno.test(`${IMAGES} damaged images: none crashes or hangs its decoder, each is an image or a failure with its reason`, async () => {
  const files = await originals();
  const program = new URL("../../../src/fetch/decoder/process.ts", import.meta.url);
  using decoders = startDecoders<PhotographFacts>(program, STORAGE_DEFAULTS);
  const counts: Partial<Record<ImageFailureReason | "image", number>> = {};
  const tryOne = async (number: number) => {
    const stream = random(5, number);
    const damaged = DAMAGES[stream.below(DAMAGES.length)](files[stream.below(files.length)], stream);
    const reason = await decoders.decode(damaged).then(() => "image" as const, (error) => {
      assert.ok(error instanceof ImageFailure, `image ${number}: ${error}`);
      return error.reason;
    });
    counts[reason] = (counts[reason] ?? 0) + 1;
  };
  for (let first = 0; first < IMAGES; first += 50) {
    await Promise.all(Array.from({ length: Math.min(50, IMAGES - first) }, (_, i) => tryOne(first + i)));
  }
  assert.equal(Object.values(counts).reduce((sum, count) => sum + count, 0), IMAGES);
  for (const reason of Object.keys(counts)) {
    assert.ok(reason === "image" || reason in IMAGE_FAILURES, reason);
  }
  assert.deepEqual([counts.decoder_crashed, counts.decoder_timed_out], [undefined, undefined]);
  assert.ok(counts.damaged! > IMAGES / 3, "most damage is seen");
  if (IMAGES > 300) console.log(counts);
});
