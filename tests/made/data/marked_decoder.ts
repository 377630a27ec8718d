/** The decoder of pools, but that files with a mark behind their end do to it what hostile files may do. */
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { storedPhoto } from "~/data/sources/stored_image.ts";
import { serveDecoder } from "../../../src/images/mod.ts";

const MARKS: Record<string, () => unknown> = {
  abort: () => process.abort(),
  hang: () => {
    while (true);
  },
  async memory() {
    for (const taken: Uint8Array[] = [];; await setTimeout()) taken.push(new Uint8Array(8e6).fill(1));
  },
  late: () => setTimeout(60),
};

/** Longest time for an image of these decoders, ms, and their memory, MB. */
export const LIMITS = { decodeMs: 3000, memoryMb: 150 };

/** What these decoders are started with. */
export const MARKED_DECODER = { program: new URL(import.meta.url), ...LIMITS };

/** A file with a mark. */
export function marked(file: Uint8Array, mark: keyof typeof MARKS): Uint8Array<ArrayBuffer> {
  return new Uint8Array([...file, ...new TextEncoder().encode(`!${mark}`)]);
}

if (import.meta.main) {
  await serveDecoder(async (file: Uint8Array, render: Parameters<typeof storedPhoto>[1]) => {
    const [, mark] = new TextDecoder("latin1").decode(file.subarray(-8)).split("!");
    await MARKS[mark]?.();
    return await storedPhoto(file, render);
  });
}
