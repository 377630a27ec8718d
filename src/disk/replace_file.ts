import { dirname } from "node:path";

/**
 * Writes a file so that it appears whole or not at all, and replaces one that is there only when it is whole.
 *
 * @param write writes all of it to the path that it is given, which is in the same folder
 * @param flush whether it is on the disk itself before this returns, so that it outlives a power cut.
 * Default: false.
 * @throws {Error} when it cannot be written, naming the file; the one that was there is untouched
 */
export async function replaceFile(
  path: string,
  write: (temporary: string) => Promise<void>,
  { flush = false }: { flush?: boolean } = {},
): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    await write(temporary);
    if (flush) await flushed(temporary, { write: true });
    await Deno.rename(temporary, path);
    if (flush) await flushed(dirname(path), { read: true });
  } catch (cause) {
    await Deno.remove(temporary).catch(() => {});
    throw new Error(`${path} could not be written: ${(cause as Error).message}`, { cause });
  }
}

async function flushed(path: string, mode: Deno.OpenOptions): Promise<void> {
  using file = await Deno.open(path, mode);
  await file.sync();
}
