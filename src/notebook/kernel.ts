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
export type MimeBundle = Record<string, unknown>;

/** What a cell shows where it is the cell's last expression. */
export class Displayable {
  readonly #bundle: () => MimeBundle | Promise<MimeBundle>;

  constructor(bundle: () => MimeBundle | Promise<MimeBundle>) {
    this.#bundle = bundle;
  }

  /** Called by the kernel. */
  [Symbol.for("Jupyter.display")](): Promise<MimeBundle> {
    return this.bundle();
  }

  /** The output as the kernel gets it. */
  async bundle(): Promise<MimeBundle> {
    return await this.#bundle();
  }
}

/** Text as HTML or SVG shows it: no name of a file or dataset can become markup. */
export function escapeMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}
