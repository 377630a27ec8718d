/** Executing a notebook headless, in a process of its own, and showing how far it is. */
import { besideModule } from "../disk/mod.ts";
import { KERNEL_NAME, venvPython } from "../setup/mod.ts";

/** A line of `execute_notebook.py`. Cells are counted from 1, and only code cells. */
export type NotebookEvent =
  | { event: "cell"; cell: number; of: number; source: string }
  | { event: "progress"; text: string }
  | ({ event: "failed" } & CellFailure);

/** The cell that ended an execution, and why. */
export interface CellFailure {
  cell: number;
  of: number;
  source: string;
  /** Name of the error, or `timeout`, `dead kernel`. */
  name: string;
  reason: string;
}

/** How a notebook is executed. */
export interface NotebookOptions {
  /** Added to the environment of the kernel. */
  env?: Record<string, string>;
  /** Seconds that one cell may take. Default: no limit. */
  timeout?: number;
  /** Ends the kernel within 2 s. */
  signal?: AbortSignal;
  onEvent?: (event: NotebookEvent) => void;
}

const script = besideModule(import.meta.url, "./execute_notebook.py");

/**
 * Executes a notebook in its own folder and writes the executed copy, whether or not a cell failed.
 *
 * @param copy path of the executed copy; the kernel's own terminal output goes beside it, into `<copy>.log`
 * @returns the failure, or `undefined` where every cell succeeded
 * @throws the signal's reason when aborted
 */
export async function executeNotebook(
  notebook: string,
  copy: string,
  { env, timeout, signal, onEvent }: NotebookOptions = {},
): Promise<CellFailure | undefined> {
  signal?.throwIfAborted();
  const process = new Deno.Command(venvPython(), {
    args: [script, KERNEL_NAME, notebook, copy, ...(timeout ? ["--timeout", `${timeout}`] : [])],
    env,
    stdin: "piped", // it ends when this closes, however this process ends
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stop = () => process.kill("SIGTERM");
  signal?.addEventListener("abort", stop);
  try {
    const log = Deno.open(`${copy}.log`, { create: true, write: true, truncate: true });
    const logged = process.stderr.pipeTo((await log).writable);
    let failure: CellFailure | undefined;
    for await (const event of eventsOf(process.stdout)) {
      if (event.event === "failed") failure = event;
      onEvent?.(event);
    }
    await logged;
    const { success } = await process.status;
    signal?.throwIfAborted();
    if (success || failure) return failure;
    return { cell: 0, of: 0, source: "", name: "runner", reason: `the runner failed; see ${copy}.log` };
  } finally {
    signal?.removeEventListener("abort", stop);
    await process.stdin.close().catch(() => {}); // the process has ended: the pipe may be gone
  }
}

async function* eventsOf(stdout: ReadableStream<Uint8Array>): AsyncGenerator<NotebookEvent> {
  let rest = "";
  for await (const text of stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) yield JSON.parse(line);
  }
}

/**
 * Shows a notebook's execution: a line a cell and, on a terminal, the notebook's own progress in one line
 * that is written again in place.
 */
export class NotebookProgress {
  readonly #start = performance.now();
  #live = false;

  constructor(
    readonly name: string,
    readonly log: (line: string) => void,
    /** Where the changing line goes; `undefined` where there is no terminal. */
    readonly terminal = Deno.stderr.isTerminal() ? terminalOfProcess() : undefined,
  ) {}

  show(event: NotebookEvent): void {
    if (event.event === "progress") return this.#showLive(event.text);
    this.#clear();
    if (event.event === "cell") {
      const [first] = event.source.trim().split("\n");
      this.log(`${this.name}  cell ${event.cell}/${event.of}  ${this.#seconds()} s  ${first.slice(0, 60)}`);
    } else this.log(`${this.name}  cell ${event.cell}/${event.of}  failed: ${event.name}: ${event.reason}`);
  }

  /** Says how long the whole notebook took. */
  end(): void {
    this.#clear();
    this.log(`${this.name}  ended after ${this.#seconds()} s`);
  }

  #seconds(): string {
    return ((performance.now() - this.#start) / 1000).toFixed(0);
  }

  #showLive(text: string): void {
    if (!this.terminal) return;
    const line = text.replaceAll(/\s*\n\s*/g, "  ").slice(0, this.terminal.columns - 1);
    this.terminal.write(`\r\x1b[2K${line}`);
    this.#live = true;
  }

  #clear(): void {
    if (this.#live) this.terminal?.write("\r\x1b[2K");
    this.#live = false;
  }
}

function terminalOfProcess() {
  const { columns } = Deno.consoleSize();
  return {
    columns,
    write: (text: string) => void Deno.stderr.writeSync(new TextEncoder().encode(text)),
  };
}
