import { ImageFailure, imageFailure } from "./image_failure.ts";
import { loadSharp } from "./decode.ts";
import { type DecoderAnswer, type DecoderLimits, frameStart, readFrames } from "./frames.ts";

/** A decoded image: facts about it, and its bytes in the form in which it is stored. */
export interface Decoded<Facts> {
  facts: Facts;
  bytes: Uint8Array;
}

/** Time between two measurements of memory, ms. */
const LOOK_MS = 20;

/**
 * Runs a process that decodes one file after the other until its input ends. A crash that an image from a
 * stranger causes ends this process only. See `startDecoders`.
 *
 * @param decode makes the answer of a file; its errors become the image's failure
 */
export async function serveDecoder<Settings, Facts>(
  decode: (file: Uint8Array, settings: Settings) => Promise<Decoded<Facts>>,
): Promise<never> {
  Deno.addSignalListener("SIGINT", () => {}); // Ctrl-C reaches every process of a terminal
  const { settings, limits }: { settings: Settings; limits: DecoderLimits } = JSON.parse(Deno.args[0]);
  await loadSharp();
  write({ ready: true });
  // Blocking reads take less of the processor than others; there is nothing else to do between two files.
  for await (const { body } of readFrames((into) => Deno.stdin.readSync(into))) {
    const watch = watchImage(limits);
    try {
      const { facts, bytes } = await decode(body, settings);
      write({ facts }, bytes);
    } catch (error) {
      writeFailure(imageFailure(error));
    } finally {
      clearInterval(watch);
    }
  }
  Deno.exit(0);
}

/**
 * Ends the process when an image takes too much memory, and says so. It also ends it after too much time: the
 * process that started it would have ended it before, so that nobody listens any more.
 */
function watchImage({ decodeMs, memoryMb }: DecoderLimits): ReturnType<typeof setInterval> {
  const began = performance.now();
  const before = Deno.memoryUsage().rss;
  return setInterval(() => {
    const megabytes = (Deno.memoryUsage().rss - before) / 1e6;
    if (megabytes > memoryMb) {
      writeFailure(new ImageFailure("decoder_out_of_memory", `more than ${memoryMb} MB`));
      Deno.exit(1);
    }
    if (performance.now() - began > 2 * decodeMs) Deno.exit(1);
  }, LOOK_MS);
}

function writeFailure({ reason, message }: ImageFailure): void {
  write({ reason, detail: message });
}

/** Writes an answer whole before anything else is done: who waits for it knows what the process is at. */
function write(answer: DecoderAnswer<unknown>, bytes: Uint8Array = new Uint8Array()): void {
  for (const part of [frameStart(answer, bytes.length), bytes]) {
    for (let written = 0; written < part.length;) written += Deno.stdout.writeSync(part.subarray(written));
  }
}
