import assert from "node:assert/strict";
import fc from "fast-check";
import { frameStart, readerOf, readFrames } from "../../../src/images/decoding/frames.ts";

/** A stream of these bytes in pieces of a length. */
function inPieces(bytes: Uint8Array, length: number): ReadableStream<Uint8Array> {
  const count = Math.ceil(bytes.length / length);
  let piece = 0;
  return new ReadableStream({
    type: "bytes",
    pull(controller) {
      if (piece < count) controller.enqueue(bytes.slice(piece * length, ++piece * length));
      else {
        controller.close();
        controller.byobRequest?.respond(0);
      }
    },
  });
}

const framed = (header: unknown, body: Uint8Array) => joined([frameStart(header, body.length), body]);

const joined = (parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

Deno.test("messages come out as they went in, however the stream is cut", async () => {
  const frame = fc.record({ header: fc.jsonValue(), body: fc.uint8Array({ maxLength: 50 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(frame, { maxLength: 4 }),
      fc.integer({ min: 1, max: 70 }),
      async (frames, length) => {
        const bytes = joined(frames.map(({ header, body }) => framed(header, body)));
        const read = await Array.fromAsync(readFrames(readerOf(inPieces(bytes, length))));
        const plain = frames.map(({ header, body }) => ({
          header: JSON.parse(JSON.stringify(header)),
          body,
        }));
        assert.deepEqual(read, plain);
      },
    ),
  );
});

Deno.test("a message that breaks off is not given out", async () => {
  const bytes = joined([framed({ a: 1 }, new Uint8Array(9)), framed({ b: 2 }, new Uint8Array(9))]);
  for (const length of [0, 3, 8, 12, 20]) {
    const cut = bytes.slice(0, bytes.length / 2 + length);
    assert.equal((await Array.fromAsync(readFrames(readerOf(inPieces(cut, 7))))).length, 1);
  }
});
