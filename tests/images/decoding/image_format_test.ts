import assert from "node:assert/strict";
import fc from "fast-check";
import sharp from "sharp";
import { unreadFormat } from "~/images/decoding/decode.ts";

const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
/** The first box of a container with these brands. */
const container = (first: string, ...others: string[]) =>
  bytes(
    `\0\0\0${String.fromCharCode(16 + 4 * others.length)}ftyp${first}\0\0\0\0${
      others.join("")
    }\0\0\0\x10meta`,
  );
const picture = () => sharp({ create: { width: 16, height: 16, channels: 3, background: "#807060" } });

Deno.test("formats that are not read are known by their first bytes", async () => {
  assert.equal(unreadFormat(await picture().avif().toBuffer()), "AVIF");
  assert.equal(unreadFormat(await picture().tiff().toBuffer()), "TIFF");
  assert.equal(unreadFormat(container("mif1", "mif1", "avif", "miaf")), "AVIF");
  assert.equal(unreadFormat(container("heic", "mif1", "heic")), "HEIC");
  assert.equal(unreadFormat(bytes("BM\x36\x0c\0\0\0\0\0\0\x36\0\0\0")), "BMP");
  assert.equal(unreadFormat(bytes("\0\0\0\x0cJXL \r\n\x87\n")), "JPEG XL");
  assert.equal(unreadFormat(bytes("\xff\x0a\0\0")), "JPEG XL");
  assert.equal(unreadFormat(bytes("\0\0\0\x0cjP  \r\n\x87\n")), "JPEG 2000");
  assert.equal(unreadFormat(bytes('<?xml version="1.0"?>\n<svg/>')), "SVG");
});

Deno.test("films, texts, and what is read are none of them", async () => {
  for (const format of ["jpeg", "png", "webp", "gif"] as const) {
    assert.equal(unreadFormat(await picture().toFormat(format).toBuffer()), undefined, format);
  }
  for (const file of [container("isom", "isom", "avc1"), bytes("BM is a word"), bytes("<html>")]) {
    assert.equal(unreadFormat(file), undefined);
  }
});

Deno.test("any bytes, however few, have a format or none", () => {
  const start = fc.constantFrom(
    "",
    "\0\0\0\x18ftyp",
    "\0\0\0\0ftypheic",
    "\xff\xff\xff\xffftypmif1",
    "BM",
    "<?xml",
  );
  fc.assert(fc.property(start, fc.uint8Array({ maxLength: 40 }), (start, rest) => {
    const format = unreadFormat(Uint8Array.of(...bytes(start), ...rest));
    assert.ok(format === undefined || format.length > 2);
  }));
});
