import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { ImageFailure } from "./image_failure.ts";
import { type DecoderAnswer, type DecoderLimits, type Frame, packFrame, readFrames } from "./frames.ts";
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
  const free: Decoder<Facts>[] = [];
  const all = new Set<Decoder<Facts>>();
  const waiting: PromiseWithResolvers<Decoder<Facts>>[] = [];
  let ended: unknown;
  const start = () => {
    const decoder = new Decoder<Facts>(program, settings, { decodeMs, memoryMb });
    all.add(decoder);
    return decoder;
  };
  const dismiss = (decoder: Decoder<Facts>) => {
    all.delete(decoder);
    decoder.end(endedError());
  };
  const take = async (): Promise<Decoder<Facts>> => {
    if (ended !== undefined) throw ended;
    while (free.length > 0) {
      const decoder = free.pop()!;
      if (decoder.usable) return decoder;
      dismiss(decoder);
    }
    if (all.size < processes) return start();
    const place = Promise.withResolvers<Decoder<Facts>>();
    waiting.push(place);
    return await place.promise;
  };
  const giveBack = (decoder: Decoder<Facts>) => {
    if (!decoder.usable) dismiss(decoder);
    if (ended !== undefined) return;
    if (waiting.length > 0) waiting.shift()!.resolve(decoder.usable ? decoder : start());
    else if (decoder.usable) free.push(decoder);
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
      const decoder = await take();
      try {
        return await decoder.decode(file);
      } finally {
        giveBack(decoder);
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

/** One process, which decodes one image at a time. */
class Decoder<Facts> {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: AsyncGenerator<Frame<DecoderAnswer<Facts>>>;
  readonly #ready: Promise<void>;
  readonly #decodeMs: number;
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
    this.#answers = readFrames(this.#process.stdout);
    this.#ready = this.#next(START_MS).then((answer) => {
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

  async decode(file: Uint8Array): Promise<Decoded<Facts>> {
    await this.#ready.catch((error) => {
      throw this.#dismissed ?? error;
    });
    this.#images++;
    this.#input.write(packFrame({}, file)).catch(() => {}); // a process that has ended gives no answer
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
