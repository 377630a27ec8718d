/** The decoder of `predict`, but that a file with a mark behind its end makes it end itself. */
import process from "node:process";
import { serveDecoder } from "../../../src/images/mod.ts";
import { type Input, seenImage } from "../../../src/experiments/seen_image.ts";

if (import.meta.main) {
  await serveDecoder(async (file: Uint8Array, input: Input) => {
    if (new TextDecoder().decode(file.subarray(-6)) === "!abort") process.abort();
    return await seenImage(file, input);
  });
}
