import { dirname } from "node:path";

/**
 * Writes a file so that, whatever moment the process or the power ends at, the file is the old one or the new one, whole.
 *
 * @param write gets the open file
 */
export async function safeWrite(path: string, write: (file: Deno.FsFile) => Promise<void>): Promise<void> {
  const temporary = `${path}.part`;
  {
    using file = await Deno.open(temporary, { write: true, create: true, truncate: true });
    await write(file);
    await file.sync();
  }
  await Deno.rename(temporary, path);
  using folder = await Deno.open(dirname(path));
  await folder.sync();
}

/** Writes all of the bytes. */
export async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
}
