/** Reads the numbers that the scripts of this folder wrote. */

/** The parsed fixture `name`.json. */
// deno-lint-ignore no-explicit-any -- each fixture has a shape of its own
export function readFixture(name: string): any {
  return JSON.parse(Deno.readTextFileSync(new URL(`./${name}.json`, import.meta.url)));
}

/** An array that was written as base64 of little-endian float32. */
export function unpack(base64: string): Float32Array {
  return new Float32Array(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)).buffer);
}
