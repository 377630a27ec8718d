/** A process that decodes images from strangers, one at a time, so that whatever they do to the decoder ends here. */
import { type FailureReason, FetchFailure } from "../failure.ts";
import type { StorageSettings } from "../settings.ts";
import { packFrame, readBodiesSync } from "./frames.ts";
import { blockOtherFormats, type PhotographFacts, storePhotograph } from "./photograph.ts";

/** Header of an answer; the first message says that the process listens. */
export type DecoderAnswer =
  | { ready: true }
  | { facts: PhotographFacts }
  | { reason: FailureReason; detail: string };

async function answerTo(file: Uint8Array, settings: StorageSettings): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { facts, image } = await storePhotograph(file, settings);
    return packFrame({ facts } satisfies DecoderAnswer, image);
  } catch (error) {
    const { reason, detail } = error instanceof FetchFailure
      ? error
      : new FetchFailure("damaged", (error as Error).message.slice(0, 200));
    return packFrame({ reason, detail } satisfies DecoderAnswer);
  }
}

function write(bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += Deno.stdout.writeSync(bytes.subarray(written));
}

if (import.meta.main) {
  Deno.addSignalListener("SIGINT", () => {}); // Ctrl-C reaches every process of the terminal: ours ends when its input does
  const settings: StorageSettings = JSON.parse(Deno.args[0]);
  blockOtherFormats();
  write(packFrame({ ready: true } satisfies DecoderAnswer));
  for (const file of readBodiesSync(Deno.stdin)) write(await answerTo(file, settings));
  Deno.exit(0);
}
