import type { PoolHeader } from "../../../src/data/pool/header.ts";
import { openStoredImages, type StoredImages } from "../../../src/data/pool/store.ts";

/** A pool of made-up images in a temporary folder, opened. */
export function poolOnDisk(name: string, count: number, side: number, channels: 1 | 3): StoredImages {
  const folder = Deno.makeTempDirSync();
  const pixels = Uint8Array.from(
    { length: count * side * side * channels },
    (_, i) => (i * 37 + (i >> 5) * 11) % 256,
  );
  const header: Omit<PoolHeader, "source" | "builtAt"> = {
    dataset: name,
    images: count,
    side,
    channels,
    sha256: { "images.bin": "", "index.jsonl": "" },
    dropped: { duplicates: 0, blank: 0, failed: [] },
  };
  const lines = Array.from({ length: count }, (_, i) => JSON.stringify({ key: `${name}/${i}` }) + "\n");
  Deno.writeTextFileSync(`${folder}/pool.json`, JSON.stringify(header));
  Deno.writeTextFileSync(`${folder}/index.jsonl`, lines.join(""));
  Deno.writeFileSync(`${folder}/images.bin`, pixels);
  return openStoredImages(folder);
}
