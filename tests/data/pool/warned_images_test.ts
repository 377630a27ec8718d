/** JPEG files of which libjpeg only warns are decoded, as by Pillow and browsers, and counted. */
import assert from "node:assert/strict";
import { decode } from "~/images/mod.ts";
import { openPool } from "../../../src/data/mod.ts";
import { countWarned, warnedText } from "~/data/pool/header.ts";
import { storePhotograph } from "~/fetch/decoder/photograph.ts";
import { STORAGE_DEFAULTS } from "../../../src/fetch/mod.ts";
import { filesOnDisk, photoFile, photoManifest } from "../../made/data/photo_files.ts";

const plain = new Uint8Array(await photoFile(3));

/** Where the segment with a marker starts. */
function startOf(marker: number): number {
  let at = 2;
  while (plain[at + 1] !== marker) at += 2 + (plain[at + 2] << 8 | plain[at + 3]);
  return at;
}

const inserted = (at: number, bytes: number[]) =>
  Uint8Array.of(...plain.subarray(0, at), ...bytes, ...plain.subarray(at));

/** A scan that is said to end with coefficient 0, as a phone maker wrote it. */
function oddScan(): Uint8Array {
  const file = plain.slice();
  const scan = startOf(0xda);
  file[scan + (plain[scan + 2] << 8 | plain[scan + 3])] = 0;
  return file;
}

const WARNED = {
  "between.jpg": inserted(startOf(0xc4), [0x12, 0x34]),
  "more between.jpg": inserted(startOf(0xc0), new Array(11).fill(0)),
  "scan.jpg": oddScan(),
};

Deno.test("their pixels are those of the sound file", async () => {
  const { pixels } = await decode(plain, 3);
  assert.equal((await decode(plain, 3)).warning, undefined);
  for (const [name, file] of Object.entries(WARNED)) {
    const image = await decode(file, 3);
    assert.deepEqual(image.pixels, pixels, name);
    assert.match(image.warning!, /extraneous bytes|SOS parameters/);
    const { bytes, facts } = await storePhotograph(file, STORAGE_DEFAULTS);
    assert.deepEqual(bytes, (await storePhotograph(plain, STORAGE_DEFAULTS)).bytes);
    assert.equal(facts.decoderWarning, image.warning);
  }
});

Deno.test("what is cut off or of no JPEG's making stays damaged", async () => {
  for (const file of [plain.subarray(0, plain.length / 2), plain.subarray(0, -20), plain.subarray(0, -2)]) {
    await assert.rejects(decode(file, 3), { reason: "damaged" });
  }
});

Deno.test("a pool counts them by what the decoder said", async () => {
  for (const render of [{ side: 16 }, { shorter: 16 }]) {
    using files = filesOnDisk({
      ...WARNED,
      "sound.jpg": new Uint8Array(await photoFile(4)),
      "set.json": photoManifest("set", { type: "folder", path: "." }, 4, {
        render: { channels: 3, background: "#ffffff", ...render },
      }),
    });
    using pool = await openPool("set", { manifests: files.url, root: `${files.path}/data` });
    assert.deepEqual(Array.from(pool.images, ({ key }) => key), ["between", "sound"]);
    assert.deepEqual([pool.dropped.duplicates, pool.dropped.failed], [2, []]);
    assert.match(warnedText(pool.dropped)!, /warned: 1 .*N extraneous bytes before marker N/);
  }
});

Deno.test("counts add up, whatever the numbers in the words", () => {
  const counts = countWarned({ "N bytes before N": 2 }, { "12 bytes before 0xe0": 1, "other": 3 });
  assert.deepEqual(counts, { "N bytes before N": 3, other: 3 });
  assert.equal(warnedText({}), undefined);
});
