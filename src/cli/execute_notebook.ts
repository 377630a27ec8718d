/** Executes a notebook headless, in a process of its own. */
import { besideModule } from "../disk/mod.ts";
import { KERNEL_NAME, venvPython } from "../setup/mod.ts";

/** What `execute_notebook.py` tells as it goes. Cells are counted from 1 and among code cells only. */
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
 * @param copy where the executed copy goes; what the kernel wrote to its own terminal goes beside it, into `<copy>.log`
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
