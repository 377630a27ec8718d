import { Buffer } from "node:buffer";
import { buffer } from "node:stream/consumers";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { type Header, pack } from "tar-stream";

/** A photograph-like image of its own for every number: a smooth pattern, encoded. */
export function photoFile(
  number: number,
  format: "jpeg" | "png" | "webp" | "gif" = "jpeg",
  width = 24,
  height = 16,
) {
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [x, y, c] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3];
    return 128 + 100 * Math.sin((x * (number % 7 + 1) + y * (number % 5 + 1) + c * number + number) / 9);
  });
  return sharp(pixels, { raw: { width, height, channels: 3 } })[format]().toBuffer();
}

/** The bytes of a tar archive. */
export async function tarFile(
  members: (Partial<Header> & { name: string; bytes?: Uint8Array | string })[],
): Promise<Uint8Array<ArrayBuffer>> {
  const archive = pack();
  for (const { bytes = "", ...header } of members) archive.entry(header, Buffer.from(bytes));
  archive.finalize();
  return new Uint8Array(await buffer(archive as unknown as NodeJS.ReadableStream));
}

/** A temporary folder with the given files, by relative path. */
export interface FilesOnDisk {
  path: string;
  url: URL;
  [Symbol.dispose](): void;
}

/** Writes files into a new temporary folder. */
export function filesOnDisk(files: Record<string, Uint8Array | string>): FilesOnDisk {
  const path = Deno.realPathSync(Deno.makeTempDirSync());
  for (const [name, content] of Object.entries(files)) {
    const file = join(path, name);
    Deno.mkdirSync(dirname(file), { recursive: true });
    if (typeof content === "string") Deno.writeTextFileSync(file, content);
    else Deno.writeFileSync(file, content);
  }
  return {
    path,
    url: new URL(`file://${path}/`),
    [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }),
  };
}

/** The text of a manifest of photographs. */
export function photoManifest(
  name: string,
  source: Record<string, unknown>,
  images: number,
  more: Record<string, unknown> = {},
): string {
  return JSON.stringify({
    name,
    symbol: "X",
    title: name,
    collection: "photos",
    place: 1,
    curator: "somebody",
    licence: { spdx: "CC0-1.0", attribution: "somebody" },
    homepage: "https://example.org/",
    source,
    render: { side: 16, channels: 3, background: "#ffffff" },
    grouping: "none",
    images,
    checked: "2026-11-24",
    ...more,
  });
}
