/** Serves made-up photographs on 127.0.0.1 for benchmarks, until its standard input ends. Says its port on standard output. */
import sharp from "sharp";

/** Size of a photograph, px, and how many different ones there are; each address has its own bytes all the same. */
const WIDTH = 1024, HEIGHT = 768, PHOTOGRAPHS = 32;

/** A photograph's pixels: coarse patches with fine grain, which JPEG takes about 200 kB for. */
async function photograph(number: number): Promise<Uint8Array> {
  let state = number + 1;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) | 0) >>> 24;
  const patches = Uint8Array.from({ length: 32 * 24 * 3 }, next);
  const smooth = await sharp(patches, { raw: { width: 32, height: 24, channels: 3 } })
    .resize(WIDTH, HEIGHT).raw().toBuffer();
  const pixels = smooth.map((value) => Math.max(0, Math.min(255, value + (next() >> 3) - 16)));
  const raw = { width: WIDTH, height: HEIGHT, channels: 3 } as const;
  return new Uint8Array(await sharp(pixels, { raw }).jpeg({ quality: 85 }).toBuffer());
}

/** The same image as other bytes: with the number in a comment after the file's first marker. */
function numbered(file: Uint8Array, number: string): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(number);
  const comment = [0xff, 0xfe, 0, text.length + 2, ...text];
  const bytes = new Uint8Array(file.length + comment.length);
  bytes.set(file.subarray(0, 2));
  bytes.set(comment, 2);
  bytes.set(file.subarray(2), 2 + comment.length);
  return bytes;
}

if (import.meta.main) {
  const files = await Promise.all(Array.from({ length: PHOTOGRAPHS }, (_, i) => photograph(i)));
  const onListen = ({ port }: { port: number }) => console.log(port);
  Deno.serve({ hostname: "127.0.0.1", port: 0, onListen }, ({ url }) => {
    const number = Number(new URL(url).pathname.match(/^\/(\d+)\.jpg$/)?.[1] ?? NaN);
    if (Number.isNaN(number)) return new Response(null, { status: 404 });
    const headers = { "Content-Type": "image/jpeg" };
    return new Response(numbered(files[number % PHOTOGRAPHS], `${number}`), { headers });
  });
  for await (const _ of Deno.stdin.readable);
  Deno.exit(0);
}
