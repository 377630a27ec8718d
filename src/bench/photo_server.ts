/**
 * Serves made-up photographs on 127.0.0.1 until its standard input ends. It prints its
 * port on standard output.
 */
import { photograph } from "./made_datasets.ts";

/** Size of a photograph, px, and number of different ones; the files of all addresses differ nevertheless. */
const WIDTH = 1024, HEIGHT = 768, PHOTOGRAPHS = 32;

/** A JPEG file; fine grain makes it about 200 kB. */
async function photographFile(number: number): Promise<Uint8Array> {
  const image = await photograph(number, { width: WIDTH, height: HEIGHT, grain: 5 });
  return new Uint8Array(await image.jpeg({ quality: 85 }).toBuffer());
}

/** The same image in a file with other bytes: the number is a comment after the file's first marker. */
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
  const files = await Promise.all(Array.from({ length: PHOTOGRAPHS }, (_, i) => photographFile(i)));
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
