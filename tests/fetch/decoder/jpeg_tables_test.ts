import assert from "node:assert/strict";
import fc from "fast-check";
import { jpegTables } from "~/fetch/decoder/photograph.ts";
import { photograph, photographJpeg } from "../../made/fetch/made_up_photographs.ts";

/** The first values of the tables that ITU-T T.81 gives as examples (K.1, K.2), in zigzag order. */
const LUMINANCE = [16, 11, 12, 14, 12, 10, 16, 14], CHROMINANCE = [17, 18, 18, 24, 21, 24, 47, 26];

Deno.test("quality 50 has the standard's example tables, quality 95 smaller ones", async () => {
  const [luminance, chrominance] = jpegTables(await photograph(1).jpeg({ quality: 50 }).toBuffer());
  assert.deepEqual([luminance.slice(0, 8), chrominance.slice(0, 8)], [LUMINANCE, CHROMINANCE]);
  assert.deepEqual([luminance.length, chrominance.length], [64, 64]);
  const [finer] = jpegTables(await photograph(1).jpeg({ quality: 95 }).toBuffer());
  assert.ok(finer.every((value, i) => value < luminance[i]));
});

Deno.test("grey has one table, progressive two, other files none", async () => {
  assert.equal(jpegTables(await photograph(1).toColourspace("b-w").jpeg().toBuffer()).length, 1);
  assert.equal(jpegTables(await photograph(1).jpeg({ progressive: true }).toBuffer()).length, 2);
  assert.deepEqual(jpegTables(await photograph(1).png().toBuffer()), []);
  assert.deepEqual(jpegTables(new Uint8Array()), []);
});

Deno.test("16-bit tables, several in one segment, and fill bytes are read", () => {
  const table = (number: number) => [number, ...Array.from({ length: 64 }, (_, i) => i + number)];
  const wide = [0x12, ...Array.from({ length: 64 }, (_, i) => [1, i]).flat()];
  const segment = [...table(0), ...table(1), ...wide];
  const length = segment.length + 2;
  const file = [0xff, 0xd8, 0xff, 0xff, 0xdb, length >> 8, length & 255, ...segment, 0xff, 0xda, 0, 2];
  assert.deepEqual(jpegTables(Uint8Array.from(file)), [
    Array.from({ length: 64 }, (_, i) => i),
    Array.from({ length: 64 }, (_, i) => i + 1),
    Array.from({ length: 64 }, (_, i) => 256 + i),
  ]);
});

Deno.test("damage never throws and never hangs", async () => {
  const file = await photographJpeg(2);
  const damage = fc.array(fc.tuple(fc.nat(700), fc.nat(255)), { maxLength: 20 });
  fc.assert(fc.property(damage, fc.nat(file.length), (changes, length) => {
    const damaged = file.slice(0, length);
    for (const [at, value] of changes) if (at < length) damaged[at] = value;
    for (const table of jpegTables(damaged)) assert.equal(table.length, 64);
  }));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (rest) => {
    jpegTables(Uint8Array.from([0xff, 0xd8, ...rest]));
  }));
});
