import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { ImageFailure } from "./image_failure.ts";
import {
  type DecoderAnswer,
  type DecoderLimits,
  type Frame,
  frameStart,
  readerOf,
  readFrames,
} from "./frames.ts";
import type { Decoded } from "./serve.ts";

/** Processes that decode; disposing ends them. */
export interface Decoders<Facts> {
  /**
   * Decodes a file as soon as a process is free.
   *
   * @throws {ImageFailure} when the file cannot be used
   * @throws {Error} when no process can be started
   * @throws the signal's reason, or an AbortError, when the processes have been ended
   */
  decode(file: Uint8Array): Promise<Decoded<Facts>>;
  [Symbol.dispose](): void;
}

/** The number of processes, and the limits of one image. */
export interface DecoderOptions extends Partial<DecoderLimits> {
  /** Default: as many as there are cores. */
  processes?: number;
  /** Longest time for one image, ms. Default: 60,000. */
  decodeMs?: number;
  /** Most memory that one image may take, MB. Default: 1,500. */
  memoryMb?: number;
  /** Ends the processes and the decoding under way. */
  signal?: AbortSignal;
}

/** Images after which a process is replaced: libvips' memory is fragmented by then. */
const IMAGES_A_PROCESS = 5000;

/** Files that a process has at a time: one that it decodes, and one that waits in its input. */
const FILES_A_PROCESS = 2;

/** Time to start, ms. */
const START_MS = 60_000;

/** Time for a process without an answer to end, ms. */
const LAST_MS = 1000;

/** Longest time for one image, ms. */
const DECODE_MS = 60_000;

/**
 * Twice the greatest memory measured at 64 million pixels: 708 MB, an interlaced PNG of 16 bits with
 * transparency.
 */
const MEMORY_MB = 1500;

/**
 * Makes decoders. They are processes of their own, so that a crash, a hang or a lack of memory is the failure
 * of one image only. Each is started when it is first needed.
 *
 * @param program the module that they run; it calls `serveDecoder`
 * @param settings given to the program, as JSON
 */
export function startDecoders<Facts>(
  program: URL,
  settings: unknown,
  { processes = availableParallelism(), decodeMs = DECODE_MS, memoryMb = MEMORY_MB, signal }: DecoderOptions =
    {},
): Decoders<Facts> {
  const all = new Set<Decoder<Facts>>();
  const waiting: PromiseWithResolvers<Decoder<Facts>>[] = [];
  let ended: unknown;
  const start = () => {
    const decoder = new Decoder<Facts>(program, settings, { decodeMs, memoryMb });
    all.add(decoder);
    return decoder;
  };
  /** The process with the fewest files, a new one before a second file; undefined: all have theirs. */
  const freest = (): Decoder<Facts> | undefined => {
    for (const decoder of all) {
      if (decoder.usable || decoder.files > 0) continue;
      all.delete(decoder);
      decoder.end(endedError());
    }
    const [first] = [...all].filter(({ usable }) => usable).sort((a, b) => a.files - b.files);
    if (first?.files === 0) return first;
    if (all.size < processes) return start();
    return first?.files < FILES_A_PROCESS ? first : undefined;
  };
  const handOut = () => {
    for (let decoder; waiting.length > 0 && (decoder = freest());) {
      decoder.files++;
      waiting.shift()!.resolve(decoder);
    }
  };
  const end = () => {
    ended ??= signal?.aborted ? signal.reason : endedError();
    signal?.removeEventListener("abort", end);
    for (const decoder of all) decoder.end(ended);
    for (const place of waiting) place.reject(ended);
  };
  if (signal?.aborted) end();
  signal?.addEventListener("abort", end);
  return {
    async decode(file) {
      while (true) {
        if (ended !== undefined) throw ended;
        const place = Promise.withResolvers<Decoder<Facts>>();
        waiting.push(place);
        handOut();
        const decoder = await place.promise;
        try {
          const decoded = await decoder.decode(file);
          if (decoded) return decoded;
        } finally {
          decoder.files--;
          handOut();
        }
      }
    },
    [Symbol.dispose]: end,
  };
}

function endedError(): Error {
  return new DOMException("The processes that decode images have been ended.", "AbortError");
}

/** Permissions of a process: it reads the program and loads sharp. */
const PERMISSIONS = ["--no-prompt", "--allow-read", "--allow-ffi", "--allow-env", "--allow-sys"];

/** One process, which decodes one image at a time, in the order in which they were sent. */
class Decoder<Facts> {
  /** Files that it has been given and has not answered. */
  files = 0;
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: AsyncGenerator<Frame<DecoderAnswer<Facts>>>;
  readonly #ready: Promise<void>;
  readonly #decodeMs: number;
  /** Settled when the file that was sent last has been answered; at first, when the process listens. */
  #last: Promise<unknown>;
  #images = 0;
  #dead = false;
  #dismissed: unknown;

  constructor(program: URL, settings: unknown, limits: DecoderLimits) {
    this.#decodeMs = limits.decodeMs;
    this.#process = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-check",
        ...PERMISSIONS,
        fileURLToPath(program),
        JSON.stringify({ settings, limits }),
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#process.status.then(() => this.#dead = true); // also when it is killed while idle
    this.#input = this.#process.stdin.getWriter();
    this.#answers = readFrames(readerOf(this.#process.stdout));
    this.#last = this.#ready = this.#next(START_MS).then((answer) => {
      if (answer !== "ended" && answer !== "late") return;
      this.#dead = true;
      throw new Error(
        "No process that decodes images could be started. Is the npm package sharp installed (deno install)?",
      );
    });
    this.#ready.catch(() => {}); // `decode` reports it
  }

  get usable(): boolean {
    return !this.#dead && this.#images < IMAGES_A_PROCESS;
  }

  /** @returns undefined when the process has ended on the file before */
  decode(file: Uint8Array): Promise<Decoded<Facts> | undefined> {
    this.#images++;
    for (const part of [frameStart({}, file.length), file]) {
      this.#input.write(part).catch(() => {}); // a process that has ended gives no answer
    }
    const answered = this.#last.catch(() => {}).then(() => this.#answer());
    this.#last = answered;
    return answered;
  }

  async #answer(): Promise<Decoded<Facts> | undefined> {
    await this.#ready.catch((error) => {
      throw this.#dismissed ?? error;
    });
    if (this.#dismissed !== undefined) throw this.#dismissed;
    if (this.#dead) return undefined;
    const answer = await this.#next(this.#decodeMs);
    if (this.#dismissed !== undefined) throw this.#dismissed;
    if (answer === "ended" || answer === "late") throw await this.#failure(answer);
    const { header, body } = answer;
    if ("facts" in header) return { facts: header.facts, bytes: body };
    if (!("reason" in header)) throw new Error("A process that decodes images gave an unknown answer.");
    this.#dead = header.reason === "decoder_out_of_memory";
    throw new ImageFailure(header.reason, header.detail);
  }

  async #failure(how: "ended" | "late"): Promise<ImageFailure> {
    this.#dead = true;
    if (how === "late") return new ImageFailure("decoder_timed_out", `not done after ${this.#decodeMs} ms`);
    const timer = setTimeout(() => this.#kill(), LAST_MS);
    const { signal, code } = await this.#process.status;
    clearTimeout(timer);
    return new ImageFailure("decoder_crashed", signal ? `ended by ${signal}` : `ended with code ${code}`);
  }

  /** Ends the process; the image under way fails with this reason. */
  end(reason: unknown): void {
    this.#dead = true;
    this.#dismissed = reason;
    this.#kill();
    this.#input.abort().catch(() => {});
  }

  #kill(): void {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
  }

  async #next(ms: number): Promise<Frame<DecoderAnswer<Facts>> | "ended" | "late"> {
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
