/**
 * Fills an array with the bytes of a file from `start` on.
 *
 * @param path what the error calls the file
 * @throws {Error} when the file is shorter
 */
export function readFully(file: Deno.FsFile, path: string, start: number, into: Uint8Array): void {
  file.seekSync(start, Deno.SeekMode.Start);
  for (let have = 0; have < into.length;) {
    const got = file.readSync(into.subarray(have));
    if (got === null) throw new Error(`${path} ended early: was it changed while in use?`);
    have += got;
  }
}
