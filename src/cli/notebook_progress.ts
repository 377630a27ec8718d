/** What is told while a notebook is executed. */

/** A line of `execute_notebook.py`. Cells are counted from 1, and only code cells. */
type NotebookEvent =
  | { event: "cell"; cell: number; of: number; source: string }
  | { event: "progress"; text: string }
  | ({ event: "failed" } & CellFailure);

/** The cell that ended an execution, and why. */
export interface CellFailure {
  /** From 1; 0 where no cell was reached: the program that executes them has failed, or there are none. */
  cell: number;
  of: number;
  source: string;
  /** Name of the error, or `timeout`, `dead kernel`, `no output`, `no notebook`, `runner`. */
  name: string;
  reason: string;
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
    const line = `${this.name.slice(0, 2)}  ${text.replaceAll(/\s*\n\s*/g, "  ")}`.slice(
      0,
      this.terminal.columns - 1,
    );
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
