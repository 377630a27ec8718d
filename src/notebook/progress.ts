import { inputWaitOf, type ProgressLine, type RunProgress } from "../experiments/mod.ts";
import { COLORS, FONT_FAMILY } from "../figures/mod.ts";
import { formatPercent } from "../stats/mod.ts";
import { escapeMarkup, type Kernel, kernel, NO_FORMULAS, settle } from "./kernel.ts";

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
 * The progress as HTML: what is being done, a bar, and the learning curves.
 */
export function progressHtml(state: ProgressState): string {
  const share = Math.round(1000 * state.share) / 10;
  const last = [...state.curves.values()].at(-1)?.at(-1);
  const bar = state.ending === "done"
    ? ""
    : `<div role="progressbar" aria-label="done" aria-valuenow="${share}" style="` +
      `height:6px;margin:4px 0;border-radius:3px;background:${COLORS.grid};max-width:${2 * PANEL.width}px">` +
      `<div style="width:${share}%;height:6px;border-radius:3px;background:${COLORS.ours}"></div></div>`;
  return `<div ${NO_FORMULAS} style="font:13px/1.5 ${FONT_FAMILY.replaceAll("'", "")}">` +
    `<div>${escapeMarkup(progressText(state))}</div>${bar}` +
    (last ? `<div style="opacity:.75">${escapeMarkup(epochText(last))}</div>${curvesPicture(state)}` : "") +
    `</div>`;
}

/** The learning curves as an image: of an inline drawing, an untrusted copy shows the words alone. */
function curvesPicture({ curves }: ProgressState): string {
  const runs = [...curves.values()];
  const epochs = Math.max(2, ...runs.flat().map(({ epoch }) => epoch));
  const loss = Math.max(...runs.flat().map(({ trainLoss }) => trainLoss));
  const validated = runs.filter((run) => run.every(({ validation }) => validation));
  const current = runs[runs.length - 1];
  const accuracy = panel(
    { runs: validated, current, epochs },
    {
      title: "validation accuracy",
      highest: 1,
      ends: ["0%", "100%"],
      value: ({ validation }) => validation!.value,
    },
  );
  const losses = panel(
    { runs, current, epochs },
    {
      title: "training loss (nats)",
      highest: loss,
      ends: ["0", loss.toFixed(2)],
      value: ({ trainLoss }) => trainLoss,
    },
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${2 * PANEL.width}" height="${PANEL.height}" ` +
    `font-family="${FONT_FAMILY.replaceAll("'", "")}" font-size="11" fill="${COLORS.text}">` +
    `${accuracy}<g transform="translate(${PANEL.width} 0)">${losses}</g></svg>`;
  return `<img alt="learning curves" src="data:image/svg+xml;base64,${btoa(svg)}">`;
}

/** The learning curves of a panel. */
interface PanelRuns {
  runs: readonly (readonly ProgressLine[])[];
  /** The one that is being trained; it may have no curve here. */
  current: readonly ProgressLine[];
  epochs: number;
}

/** What a panel shows of an epoch, from 0 to `highest`. */
interface PanelMeasure {
  title: string;
  highest: number;
  /** Labels of the axis. */
  ends: [low: string, high: string];
  value: (line: ProgressLine) => number;
}

/** One line a run, the current one in full color; a single epoch is a dot. */
function panel(
  { runs, current, epochs }: PanelRuns,
  { title, highest, ends: [low, high], value }: PanelMeasure,
): string {
  const { width, height, left, right, top, bottom } = PANEL;
  const floor = height - bottom;
  const x = (epoch: number) => (left + (epoch - 1) / (epochs - 1) * (width - left - right)).toFixed(1);
  const share = (line: ProgressLine) => highest > 0 ? value(line) / highest : 0;
  const y = (line: ProgressLine) => (floor - share(line) * (floor - top)).toFixed(1);
  const lines = runs.map((run) => {
    const isCurrent = run === current;
    const opacity = isCurrent ? 1 : 0.45;
    const end = run[run.length - 1];
    const dot = `<circle cx="${x(end.epoch)}" cy="${
      y(end)
    }" r="3" opacity="${opacity}" fill="${COLORS.ours}"/>`;
    return `<polyline fill="none" stroke="${COLORS.ours}" stroke-width="${isCurrent ? 2 : 1}" ` +
      `opacity="${opacity}" points="${run.map((line) => `${x(line.epoch)},${y(line)}`).join(" ")}"/>` +
      (isCurrent || run.length === 1 ? dot : "");
  });
  const rule = (at: number) =>
    `<line x1="${left}" x2="${width - right}" y1="${at}" y2="${at}" stroke="${COLORS.grid}"/>`;
  const text = (tx: number, ty: number, anchor: string, words: string) =>
    `<text x="${tx}" y="${ty}" text-anchor="${anchor}">${words}</text>`;
  return rule(top) + rule((top + floor) / 2) + rule(floor) + lines.join("") + text(left, 12, "start", title) +
    text(left - 4, floor + 3, "end", low) + text(left - 4, top + 4, "end", high) +
    text(left, height - 6, "start", "epoch 1") + text(width - right, height - 6, "end", `${epochs}`);
}

/** The state that views of progress draw: the last event, and the learning curve of each run so far. */
interface ProgressState {
  event: RunProgress;
  /** Share of everything that is done, as of {@link shareDone}. */
  share: number;
  /** Epochs of each run, in the order of the runs, by its place and label: seeds have the same label. */
  curves: ReadonlyMap<string, readonly ProgressLine[]>;
  /** Seconds since the first event. */
  elapsed: number;
  /** Seconds left, as far as the pace so far tells. */
  left?: number;
  /** Set at the end: "done", "interrupted", "failed". */
  ending?: string;
  /** How many runs were on record and were read back. */
  readBack: number;
  /** How many of these were made by other code. */
  byOtherCode: number;
}

/** Collects events into a state. */
export class ProgressHistory {
  /** When the first work began: what was read back before it took no time. */
  #began?: number;
  /** Where the work began whose pace tells the time that is left. */
  #from?: { at: number; share: number; place: number; isData: boolean };
  #event?: RunProgress;
  /** The pace that the last step told. */
  #pace: Pick<RunProgress, "imagesPerSecond" | "inputWait"> = {};
  readonly #curves = new Map<string, ProgressLine[]>();
  /** Places in which something was trained. */
  readonly #trained = new Set<number>();
  /** The event of each run that was on record, by its place in the sweep; none of one that was executed. */
  readonly #read = new Map<number, RunProgress>();

  /** @param now Milliseconds, for example from `performance.now()`. */
  add(event: RunProgress, now: number): void {
    const place = event.position?.index ?? 1;
    // A run may read back others that it needs, and is executed all the same.
    if (event.phase === "record") this.#read.set(place, event);
    else this.#read.delete(place);
    if (event.phase === "train") this.#trained.add(place);
    if (event.phase !== "record") {
      this.#began ??= now;
      if (!this.#from || this.#hasOtherPace(event)) {
        this.#from = { at: now, share: this.#shareAt(event), place, isData: event.phase === "data" };
      }
    }
    // An event at the end of an epoch has no pace of its own; the last one goes on.
    if (event.label !== this.#event?.label || event.phase !== this.#event.phase) this.#pace = {};
    const { imagesPerSecond = this.#pace.imagesPerSecond, inputWait = this.#pace.inputWait } = event;
    this.#pace = { imagesPerSecond, inputWait };
    this.#event = { ...event, ...this.#pace };
    // A place may have several: that of a network is trained after that of the pre-training that it needs.
    if (event.line) this.#curveOf(`${place} ${event.label}`).push(event.line);
  }

  /** Undefined before the first event. */
  state(now: number, ending?: string): ProgressState | undefined {
    if (!this.#event) return undefined;
    const elapsed = (now - (this.#began ?? now)) / 1000;
    const { at, share: before, place, isData } = this.#from ?? { at: now, share: 0, place: 0, isData: false };
    const read = [...this.#read];
    // Runs that were read back in between are done, but tell nothing about the pace.
    const skipped = read.filter(([index]) => index > place).length / (this.#event.position?.of ?? 1);
    const share = this.#shareAt(this.#event);
    const gained = share - before - skipped;
    // All of a run's images may have been read, or its network trained, while something is left to do.
    const isTold = gained > 0 && share < 1 && isData === (this.#event.phase === "data");
    const left = isTold && !ending ? (now - at) / 1000 * (1 - share) / gained : undefined;
    const byOtherCode = read.filter(([, event]) => event.byOtherCode).length;
    return {
      event: this.#event,
      share,
      curves: this.#curves,
      elapsed,
      left,
      ending,
      readBack: read.length,
      byOtherCode,
    };
  }

  /** Whether the pace so far says nothing of what comes: after data, or in another phase of a single run. */
  #hasOtherPace(event: RunProgress): boolean {
    const last = this.#event!;
    const wasData = this.#from!.isData || last.phase === "data";
    if (wasData && event.phase !== "data") return true;
    return !event.position && (event.phase !== last.phase || shareDone(event) < shareDone(last));
  }

  #shareAt(event: RunProgress): number {
    return shareDone(event, this.#trained.has(event.position?.index ?? 1));
  }

  #curveOf(run: string): ProgressLine[] {
    const curve = this.#curves.get(run) ?? [];
    this.#curves.set(run, curve);
    return curve;
  }
}

/**
 * Share of everything that is done, in [0, 1]. Making data counts for nothing, because it is made once. A
 * probe counts as done where it comes after a training; a run without one counts once it is there.
 *
 * @param isTrained whether something was trained in this place of the sweep
 */
export function shareDone({ phase, done, total, position }: RunProgress, isTrained = true): number {
  if (!position) return ownShare({ done, total });
  const isThere = phase === "record" || (phase !== "data" && isTrained);
  const ofThis = phase === "train" ? ownShare({ done, total }) : isThere ? 1 : 0;
  return (position.index - 1 + ofThis) / position.of;
}

/** Share of the phase that is done, in [0, 1]; there may be more images than were announced. */
function ownShare({ done, total }: Pick<RunProgress, "done" | "total">): number {
  return total > 0 ? Math.min(1, done / total) : 0;
}

/** Words for a phase, before its label. */
const DOING: Record<RunProgress["phase"], string> = {
  data: "preparing",
  train: "training on",
  features: "taking features of",
  probe: "probing",
  record: "reading back",
};

/** "training on tabler + mdi (3 of 23)". */
function doing({ phase, label, position }: RunProgress): string {
  return `${DOING[phase]} ${label}${position ? ` (${position.index} of ${position.of})` : ""}`;
}

/**
 * The work in progress, in one line: "training on tabler + mdi (3 of 23) 12.0%, 412 images/s, input wait
 * 0.4%, 2 min 10 s left".
 */
export function progressText(state: ProgressState): string {
  if (state.ending) return endText(state);
  const { event, left } = state;
  const { total, imagesPerSecond, inputWait } = event;
  return [
    `${doing(event)} ${total > 0 ? formatPercent(ownShare(event)) : ""}`.trimEnd(),
    ...(imagesPerSecond === undefined ? [] : [`${Math.round(imagesPerSecond)} images/s`]),
    ...waitText(inputWait),
    ...(left === undefined ? [] : [`${duration(left)} left`]),
  ].join(", ");
}

/**
 * The work that has ended, in one line: "done: 12 of 12 runs, 5 min 2 s", "12 of 12 runs read back", "3 of 12
 * runs read back, 9 run in 4 min 10 s", "interrupted while training on tabler + mdi (5 of 12), 3 read
 * back, 40 s".
 */
function endText({ event, curves, elapsed, ending, readBack, byOtherCode }: ProgressState): string {
  const { phase, label, position } = event;
  const of = position?.of ?? 1;
  const took = [duration(elapsed), ...waitText(inputWaitOf([...curves.values()].flat()))].join(", ");
  const read = `read back${byOtherCode > 0 ? ` (${byOtherCode} made by other code)` : ""}`;
  if (ending !== "done") {
    return [`${ending} while ${doing(event)}`, ...(readBack > 0 ? [`${readBack} ${read}`] : []), took].join(
      ", ",
    );
  }
  const parts = `${phase === "data" ? "dataset" : "run"}${of === 1 ? "" : "s"}`;
  // All of them, wherever the last event was: datasets that are there already tell nothing.
  if (readBack === 0) return `done: ${position ? `${of} of ${of} ${parts}` : label}, ${took}`;
  const others = of > readBack ? `, ${of - readBack} run in ${took}` : "";
  return `${readBack} of ${of} ${parts} ${read}${others}`;
}

function waitText(share: number | undefined): string[] {
  return share === undefined ? [] : [`input wait ${formatPercent(share)}`];
}

/** An epoch in one line: "epoch 4: training loss 0.512, validation accuracy 84.1%". */
function epochText({ epoch, trainLoss, validation }: ProgressLine): string {
  const loss = `epoch ${epoch}: training loss ${trainLoss.toFixed(3)}`;
  return validation ? `${loss}, validation accuracy ${formatPercent(validation.value)}` : loss;
}

/** Seconds as people say them: "8 s", "2 min 10 s", "1 h 5 min". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor(whole % 3600 / 60)} min`;
}
