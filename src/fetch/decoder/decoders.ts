import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { FetchFailure } from "../failure.ts";
import type { StorageSettings } from "../settings.ts";
import { type Frame, packFrame, readFrames } from "./frames.ts";
import type { Photograph } from "./photograph.ts";
import type { DecoderAnswer } from "./process.ts";

/** Processes that decode; disposing ends them. */
export interface Decoders {
  /**
   * Decodes a file and stores it anew, as soon as a process is free.
   *
   * @throws FetchFailure for a file that is no good; Error when no process can be started
   */
  decode(file: Uint8Array): Promise<Photograph>;
  [Symbol.dispose](): void;
}

/** A process is replaced after so many images: libvips' memory is in pieces by then. */
const IMAGES_A_PROCESS = 5000;

/** Time to start, ms. */
const START_MS = 60_000;

/**
 * Makes decoders; each process is started when it is first needed.
 *
 * @param processes default: one more than there are cores, so that none idles while a file is sent
 * @param program what they run
 */
export function makeDecoders(
  settings: StorageSettings,
  { processes = availableParallelism() + 1, program = new URL("./process.ts", import.meta.url) } = {},
): Decoders {
  const free: Decoder[] = [];
  const all = new Set<Decoder>();
  const waiting: PromiseWithResolvers<Decoder>[] = [];
  let ended = false;
  const start = () => {
    const decoder = new Decoder(settings, program);
    all.add(decoder);
    return decoder;
  };
  const take = async (): Promise<Decoder> => {
    if (ended) throw endedError();
    if (free.length > 0) return free.pop()!;
    if (all.size < processes) return start();
    const place = Promise.withResolvers<Decoder>();
    waiting.push(place);
    return await place.promise;
  };
  const giveBack = (decoder: Decoder) => {
    if (!decoder.usable) {
      all.delete(decoder);
      decoder.end();
    }
    if (ended) return;
    if (waiting.length > 0) waiting.shift()!.resolve(decoder.usable ? decoder : start());
    else if (decoder.usable) free.push(decoder);
  };
  return {
    async decode(file) {
      const decoder = await take();
      try {
        return await decoder.decode(file);
      } finally {
        giveBack(decoder);
      }
    },
    [Symbol.dispose]: () => {
      ended = true;
      for (const decoder of all) decoder.end();
      for (const place of waiting) place.reject(endedError());
    },
  };
}

function endedError(): Error {
  return new DOMException("the processes that decode images have been ended", "AbortError");
}

/** One process, and the image that it has. */
class Decoder {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: AsyncGenerator<Frame<DecoderAnswer>>;
  readonly #ready: Promise<void>;
  readonly #decodeMs: number;
  #images = 0;
  #dead = false;

  constructor(settings: StorageSettings, program: URL) {
    this.#decodeMs = settings.decodeMs;
    this.#process = new Deno.Command(Deno.execPath(), {
      args: [
        ...[
          "run",
          "--quiet",
          "--no-prompt",
          "--no-check",
          "--allow-read",
          "--allow-ffi",
          "--allow-env",
          "--allow-sys",
        ],
        fileURLToPath(program),
        JSON.stringify(settings),
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#answers = readFrames(this.#process.stdout);
    this.#ready = this.#next(START_MS).then((answer) => {
      if (answer !== "ended" && answer !== "late") return;
      this.#dead = true;
      throw new Error(
        "no process that decodes images could be started; is the npm package sharp installed? (deno install)",
      );
    });
    this.#ready.catch(() => {}); // whoever asks learns of it
  }

  get usable(): boolean {
    return !this.#dead && this.#images < IMAGES_A_PROCESS;
  }

  async decode(file: Uint8Array): Promise<Photograph> {
    await this.#ready;
    this.#images++;
    this.#input.write(packFrame({}, file)).catch(() => {}); // a process that has ended gives no answer either
    const answer = await this.#next(this.#decodeMs);
    if (answer === "ended" || answer === "late") {
      this.#dead = true;
      if (answer === "late") {
        throw new FetchFailure("decoder_timed_out", `not done after ${this.#decodeMs} ms`);
      }
      throw new FetchFailure("decoder_crashed", `${(await this.#process.status).signal ?? "it ended"}`);
    }
    if ("facts" in answer.header) return { facts: answer.header.facts, image: answer.body };
    if ("reason" in answer.header) throw new FetchFailure(answer.header.reason, answer.header.detail);
    throw new Error("a process that decodes images answered what was not asked");
  }

  end(): void {
    this.#dead = true;
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    this.#input.abort().catch(() => {});
  }

  async #next(ms: number): Promise<Frame<DecoderAnswer> | "ended" | "late"> {
    const late = Promise.withResolvers<"late">();
    const timer = setTimeout(() => late.resolve("late"), ms);
    const next = this.#answers.next().then(
      ({ value, done }) => done ? "ended" : value,
      () => "ended" as const,
    );
    try {
      return await Promise.race([next, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}
