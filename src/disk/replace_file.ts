import { dirname } from "node:path";

/**
 * Writes a file so that it appears whole or not at all, and replaces one that is there only when it is whole.
 * Where the path is a link, the file that it leads to is replaced; a pipe or a device is written to as it is.
 *
 * @param write writes all of it to the path that it is given
 * @param flush whether it is on the disk itself before this returns, so that it outlives a power cut.
 * Default: false.
 * @throws {Error} when it cannot be written, naming the file; the one that was there is untouched
 */
export async function replaceFile(
  path: string,
  write: (temporary: string) => Promise<void>,
  { flush = false }: { flush?: boolean } = {},
): Promise<void> {
  let temporary: string | undefined;
  try {
    const there = await existing(path);
    // Whoever is root could replace `/dev/null` itself, for every program.
    if (there && !there.isFile && !there.isDirectory) return await write(path);
    const file = there ? await Deno.realPath(path) : path;
    temporary = `${file}.tmp`;
    await write(temporary);
    if (flush) await flushed(temporary, { write: true });
    await Deno.rename(temporary, file);
    if (flush) await flushed(dirname(file), { read: true });
  } catch (cause) {
    if (temporary) await Deno.remove(temporary).catch(() => {});
    throw new Error(`${path} could not be written: ${(cause as Error).message}`, { cause });
  }
}

async function existing(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function flushed(path: string, mode: Deno.OpenOptions): Promise<void> {
  using file = await Deno.open(path, mode);
  await file.sync();
}
