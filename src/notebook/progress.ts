import type { RunProgress } from "../experiments/mod.ts";
import { type Kernel, kernel, settle } from "./kernel.ts";
import { progressHtml } from "./progress_html.ts";
import { epochText, ProgressHistory, type ProgressState, progressText } from "./progress_state.ts";

/** One output that is drawn again as work goes on. */
export interface ProgressView {
  /** Takes an event; draws if the last drawing is long enough ago. Never throws and never waits. */
  update(this: void, event: RunProgress): void;
  /** Draws the final state, which stays. `ending` says how it ended: "done", "interrupted". */
  finish(ending?: string): Promise<void>;
}

/** Somewhere to draw. */
export interface ProgressTarget {
  /** Least time between two drawings, ms. */
  interval: number;
  draw(state: ProgressState): Promise<void> | void;
}

/**
 * Live progress: in a notebook a bar with images/s, time left and learning curves; on a terminal one line that is written again
 * in place; into a file or pipe a line now and then.
 */
export function progressView(
  target: ProgressTarget = automaticTarget(),
  now = () => performance.now(),
): ProgressView {
  const history = new ProgressHistory();
  let drawn = -Infinity;
  let drawing: Promise<void> = Promise.resolve();
  const draw = (ending?: string) => {
    const state = history.state(now(), ending);
    if (!state) return;
    drawn = now();
    drawing = drawing.then(() => target.draw(state)).catch((error) => {
      // A front end that has gone away must not end the training that it watched.
      console.warn(`Progress can't be shown: ${error instanceof Error ? error.message : error}`);
    });
  };
  return {
    update(event) {
      history.add(event, now());
      if (now() - drawn >= target.interval) draw();
    },
    async finish(ending = "done") {
      draw(ending);
      await drawing;
    },
  };
}

function automaticTarget(): ProgressTarget {
  const here = kernel();
  if (here) return notebookTarget(here);
  const write = (text: string) => void Deno.stderr.writeSync(new TextEncoder().encode(text));
  return Deno.stderr.isTerminal()
    ? terminalTarget(write, () => Deno.consoleSize().columns)
    : logTarget(write);
}

/** One output of the cell that runs, replaced four times a second at most. */
export function notebookTarget({ broadcast }: Kernel): ProgressTarget {
  const transient = { display_id: crypto.randomUUID() };
  let type = "display_data";
  return {
    interval: 250,
    async draw(state) {
      const data = { "text/html": progressHtml(state), "text/plain": plainText(state) };
      const message = type;
      type = "update_display_data";
      await broadcast(message, { data, metadata: {}, transient });
      if (state.ending) await settle();
    },
  };
}

/** One line, cleared and written again. */
export function terminalTarget(write: (text: string) => void, columns: () => number): ProgressTarget {
  return {
    interval: 100,
    draw(state) {
      const line = [...plainText(state).replaceAll("\n", "  ")].slice(0, columns() - 1).join("");
      write(`\r\x1b[2K${line}${state.ending ? "\n" : ""}`);
    },
  };
}

/** A line every ten seconds: logs stay short. */
export function logTarget(write: (text: string) => void): ProgressTarget {
  return { interval: 10_000, draw: (state) => write(`${plainText(state).replaceAll("\n", "; ")}\n`) };
}

function plainText(state: ProgressState): string {
  const last = [...state.curves.values()].at(-1)?.at(-1);
  return last ? `${progressText(state)}\n${epochText(last)}` : progressText(state);
}
