/** The decoder of `predict`, but that a file with a mark behind its end makes it end itself. */
import process from "node:process";
import { serveDecoder } from "../../../src/images/mod.ts";
import { decodeForNetwork, type NetworkInput } from "../../../src/predict/decoder_process.ts";

if (import.meta.main) {
  await serveDecoder(async (file: Uint8Array, input: NetworkInput) => {
    if (new TextDecoder().decode(file.subarray(-6)) === "!abort") process.abort();
    return await decodeForNetwork(file, input);
  });
}
