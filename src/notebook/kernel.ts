/** The part of the Deno kernel's API that outputs are made with. */
export interface Kernel {
  /** Sends a message to every front end, for example `display_data`. */
  broadcast(type: string, content: Record<string, unknown>): Promise<void>;
}

/** The kernel that this code runs in, or undefined on a terminal. */
export function kernel(): Kernel | undefined {
  try {
    return Deno.jupyter;
  } catch {
    // Outside a kernel the mere access throws.
    return undefined;
  }
}

/** One output in several formats; a front end shows the richest that it knows. Binary formats are base64. */
type MimeBundle = Record<string, unknown>;

/** An output that a cell shows where it is the cell's last expression. */
export class Displayable {
  readonly #bundle: () => MimeBundle | Promise<MimeBundle>;
  readonly #below?: MimeBundle;

  /** @param below A second output, below the first. Default: none. */
  constructor(bundle: () => MimeBundle | Promise<MimeBundle>, below?: MimeBundle) {
    this.#bundle = bundle;
    this.#below = below;
  }

  /** Called by the kernel, which shows what it gets below what was broadcast before. */
  async [Symbol.for("Jupyter.display")](): Promise<MimeBundle> {
    const bundle = await this.bundle();
    if (this.#below) {
      await kernel()?.broadcast("display_data", { data: bundle, metadata: {}, transient: {} });
    }
    holdCell();
    return this.#below ?? bundle;
  }

  /** The output as the kernel gets it, without what stands below it. */
  async bundle(): Promise<MimeBundle> {
    return await this.#bundle();
  }
}

/** The output of a cell gets this many steps of this many milliseconds to leave the kernel. */
const HOLD = { steps: 8, milliseconds: 5 };

/**
 * Keeps the cell from ending before its output is sent. Deno's kernel (2.9) only queues an output, and
 * another thread sends it and, racing with it, the news that the cell is done; a front end drops what comes
 * after that. Of outputs of 200 kB one in seven was lost. The kernel queues the output a few microtasks from
 * now and ends the cell a few later, so each of the next ones blocks this thread for a moment: a timer would
 * come too late.
 */
function holdCell(): void {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const hold = (steps: number): void => {
    if (steps === 0) return;
    Atomics.wait(cell, 0, 0, HOLD.milliseconds);
    queueMicrotask(() => hold(steps - 1));
  };
  queueMicrotask(() => hold(HOLD.steps));
}

/** Waits until what was broadcast has left the kernel, for the same reason. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, HOLD.steps * HOLD.milliseconds));
}

/** Attribute of HTML in which JupyterLab's MathJax takes no text between two `$` for a formula. */
export const NO_FORMULAS = 'class="mathjax_ignore"';

/** Text as HTML or SVG shows it: no name of a file or dataset can become markup. */
export function escapeMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}
