import assert from "node:assert/strict";
import sharp from "sharp";
import {
  decode,
  decodeWhole,
  type EncodedImage,
  type PackedImage,
  storedJpeg,
} from "../../../src/images/mod.ts";
import { partOf, type Reduction, reductionFor } from "../../../src/images/image.ts";
import { photoFile } from "../../made/data/photo_files.ts";

Deno.test("a photograph is stored as JPEG: reduced where it is larger, upright, in colour", async () => {
  const large = await storedJpeg(await photoFile(1, "png", 90, 60), { shorter: 40 });
  assert.deepEqual([large.image.width, large.image.height, large.image.channels], [60, 40, 3]);
  assert.deepEqual(await decode(large.file, 3), large.image);
  const small = await storedJpeg(await photoFile(1, "webp", 24, 16), { shorter: 40 });
  assert.deepEqual([small.image.width, small.image.height], [24, 16]);
  const lying = await sharp(await photoFile(2)).withMetadata({ orientation: 6 }).toBuffer();
  const { image } = await storedJpeg(lying, { shorter: 40 });
  assert.deepEqual([image.width, image.height], [16, 24]);
  const { pages, exif, icc } = await sharp(large.file).metadata();
  assert.deepEqual([pages, exif, icc], [undefined, undefined, undefined]);
});

Deno.test("what is stored in that form already is kept; all else is encoded again", async () => {
  const { file } = await storedJpeg(await photoFile(1, "png", 60, 40), { shorter: 40 });
  assert.equal((await storedJpeg(file, { shorter: 40 })).file, file);
  assert.notEqual((await storedJpeg(file, { shorter: 39 })).file, file, "it is too large");
  for (
    const settings of [{ quality: 90 }, { quality: 95, chromaSubsampling: "4:4:4" }, { progressive: true }]
  ) {
    const other = new Uint8Array(await sharp(file).jpeg(settings).toBuffer());
    assert.notEqual((await storedJpeg(other, { shorter: 40 })).file, other, JSON.stringify(settings));
  }
});

Deno.test("the reduction is the strongest that leaves as many pixels as are wanted, in both directions", () => {
  const box = (width: number, height: number) => ({ left: 0, top: 0, width, height });
  assert.equal(reductionFor(box(447, 600), 224, 224), 1);
  assert.equal(reductionFor(box(448, 600), 224, 224), 2);
  assert.equal(reductionFor(box(4000, 255), 64, 64), 2);
  assert.equal(reductionFor(box(256, 256), 64, 64), 4);
  assert.equal(reductionFor(box(5000, 5000), 64, 64), 8);
});

Deno.test("of an encoded image the reduced pixels that cover the box are decoded, of a packed one none", () => {
  const asked: unknown[] = [];
  const image: EncodedImage = {
    width: 101,
    height: 77,
    channels: 3,
    file: () => new Uint8Array(),
    decode: (box, reduction: Reduction): PackedImage => {
      asked.push({ ...box, reduction });
      return { pixels: new Uint8Array(box.width * box.height * 3), ...box, channels: 3 };
    },
  };
  const part = partOf(image, { left: 5, top: 6, width: 90, height: 71 }, 40, 30);
  assert.deepEqual(part.box, { left: 0, top: 0, width: 46, height: 36 });
  decodeWhole(image);
  assert.deepEqual(asked, [
    { left: 2, top: 3, width: 46, height: 36, reduction: 2 },
    { left: 0, top: 0, width: 101, height: 77, reduction: 1 },
  ]);
  const packed = { pixels: new Uint8Array(100), width: 10, height: 10, channels: 1 };
  const box = { left: 1, top: 1, width: 9, height: 9 };
  assert.deepEqual(partOf(packed, box, 2, 2), { image: packed, box });
});
