import type { ProgressLine, RunProgress } from "../experiments/mod.ts";
import { COLORS, FONT_FAMILY } from "../figures/mod.ts";
import { escapeMarkup, type Kernel, kernel, settle } from "./kernel.ts";
import { epochText, ProgressHistory, type ProgressState, progressText, shareDone } from "./progress_state.ts";

/** One output that is drawn again as work goes on. */
interface ProgressView {
  /** Takes an event; draws if the last drawing is long enough ago. Never throws and never waits. */
  update(this: void, event: RunProgress): void;
  /** Draws the final state, which stays. `ending` says how it ended: "done", "interrupted". */
  finish(ending?: string): Promise<void>;
}

/** Somewhere to draw. */
interface ProgressTarget {
  /** Least time between two drawings, ms. */
  interval: number;
  draw(state: ProgressState): Promise<void> | void;
}

/**
 * Live progress: in a notebook a bar with images/s, time left and learning curves; on a terminal one line
 * that is written again in place; into a file or pipe a line now and then.
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

/** Size of one panel and its margins, px. */
const PANEL = { width: 330, height: 150, left: 38, right: 10, top: 22, bottom: 22 };

/**
 * The progress as HTML: what is being done, a bar, and the learning curves; text takes the page's own color.
 */
export function progressHtml(state: ProgressState): string {
  const share = Math.round(1000 * shareDone(state.event)) / 10;
  const last = [...state.curves.values()].at(-1)?.at(-1);
  const bar = state.ending === "done" ? "" : `<div role="progressbar" aria-valuenow="${share}" style="` +
    `height:6px;margin:4px 0;border-radius:3px;background:${COLORS.grid};max-width:${2 * PANEL.width}px">` +
    `<div style="width:${share}%;height:6px;border-radius:3px;background:${COLORS.ours}"></div></div>`;
  return `<div style="font:13px/1.5 ${FONT_FAMILY.replaceAll("'", "")}">` +
    `<div>${escapeMarkup(progressText(state))}</div>${bar}` +
    (last ? `<div style="opacity:.75">${escapeMarkup(epochText(last))}</div>${curvesSvg(state)}` : "") +
    `</div>`;
}

function curvesSvg({ curves }: ProgressState): string {
  const runs = [...curves.values()];
  const epochs = Math.max(2, ...runs.flat().map(({ epoch }) => epoch));
  const loss = Math.max(...runs.flat().map(({ trainLoss }) => trainLoss));
  const validated = runs.filter((run) => run.every(({ validation }) => validation));
  const accuracy = panel(
    validated,
    epochs,
    "validation accuracy",
    1,
    ["0%", "100%"],
    ({ validation }) => validation!.value,
  );
  const losses = panel(
    runs,
    epochs,
    "training loss (nats)",
    loss,
    ["0", loss.toFixed(2)],
    ({ trainLoss }) => trainLoss,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${2 * PANEL.width}" height="${PANEL.height}" ` +
    `font-family="${FONT_FAMILY.replaceAll("'", "")}" font-size="11" fill="currentColor">` +
    `${accuracy}<g transform="translate(${PANEL.width} 0)">${losses}</g></svg>`;
}

/** One line a run, the current one in full color. */
function panel(
  runs: readonly (readonly ProgressLine[])[],
  epochs: number,
  title: string,
  highest: number,
  [low, high]: [string, string],
  value: (line: ProgressLine) => number,
): string {
  const { width, height, left, right, top, bottom } = PANEL;
  const floor = height - bottom;
  const x = (epoch: number) => (left + (epoch - 1) / (epochs - 1) * (width - left - right)).toFixed(1);
  const y = (line: ProgressLine) => (floor - value(line) / highest * (floor - top)).toFixed(1);
  const lines = runs.map((run, index) => {
    const current = index === runs.length - 1;
    const end = run[run.length - 1];
    return `<polyline fill="none" stroke="${COLORS.ours}" stroke-width="${current ? 2 : 1}" ` +
      `opacity="${current ? 1 : 0.45}" points="${
        run.map((line) => `${x(line.epoch)},${y(line)}`).join(" ")
      }"/>` +
      (current ? `<circle cx="${x(end.epoch)}" cy="${y(end)}" r="3" fill="${COLORS.ours}"/>` : "");
  });
  const rule = (at: number) =>
    `<line x1="${left}" x2="${width - right}" y1="${at}" y2="${at}" stroke="${COLORS.grid}"/>`;
  const text = (tx: number, ty: number, anchor: string, words: string) =>
    `<text x="${tx}" y="${ty}" text-anchor="${anchor}">${words}</text>`;
  return rule(top) + rule((top + floor) / 2) + rule(floor) + lines.join("") + text(left, 12, "start", title) +
    text(left - 4, floor + 3, "end", low) + text(left - 4, top + 4, "end", high) +
    text(left, height - 6, "start", "epoch 1") + text(width - right, height - 6, "end", `${epochs}`);
}
