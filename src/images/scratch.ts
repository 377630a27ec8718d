let bytes = new Uint8Array(0);

/** A copy of `pixels` that is good until the next call: what an operation in place reads from while it writes. */
export function scratchCopy(pixels: Uint8Array): Uint8Array {
  if (bytes.length < pixels.length) bytes = new Uint8Array(pixels.length);
  bytes.set(pixels);
  return bytes;
}
