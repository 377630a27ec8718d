/**
 * Writes a file so that it appears whole or not at all, and replaces one that is there only when it is whole.
 *
 * @param write writes all of it to the path that it is given, which is in the same folder
 * @throws {Error} when it cannot be written, naming the file; the one that was there is untouched
 */
export async function replaceFile(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    await write(temporary);
    await Deno.rename(temporary, path);
  } catch (cause) {
    await Deno.remove(temporary).catch(() => {});
    throw new Error(`${path} could not be written: ${(cause as Error).message}`, { cause });
  }
}
