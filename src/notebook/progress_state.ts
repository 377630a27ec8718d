import { inputWaitOf, type ProgressLine, type RunProgress } from "../experiments/mod.ts";
import { formatPercent } from "../stats/mod.ts";

/** The state that views of progress draw: the last event, and the learning curve of each run so far. */
export interface ProgressState {
  event: RunProgress;
  /** Epochs by the run's label, in the order of the runs. */
  curves: ReadonlyMap<string, readonly ProgressLine[]>;
  /** Seconds since the first event. */
  elapsed: number;
  /** Seconds left, as far as the pace so far tells. */
  left?: number;
  /** Set at the end: "done", "interrupted", "failed". */
  ending?: string;
}

/** Collects events into a state. */
export class ProgressHistory {
  #first?: { at: number; share: number };
  #event?: RunProgress;
  /** The pace that the last step told. */
  #pace: Pick<RunProgress, "imagesPerSecond" | "inputWait"> = {};
  readonly #curves = new Map<string, ProgressLine[]>();

  /** @param now Milliseconds, for example from `performance.now()`. */
  add(event: RunProgress, now: number): void {
    this.#first ??= { at: now, share: shareDone(event) };
    // An event at the end of an epoch has no pace of its own; the last one goes on.
    if (event.label !== this.#event?.label || event.phase !== this.#event.phase) this.#pace = {};
    const { imagesPerSecond = this.#pace.imagesPerSecond, inputWait = this.#pace.inputWait } = event;
    this.#pace = { imagesPerSecond, inputWait };
    this.#event = { ...event, ...this.#pace };
    if (event.line) this.#curveOf(event.label).push(event.line);
  }

  /** Undefined before the first event. */
  state(now: number, ending?: string): ProgressState | undefined {
    if (!this.#event || !this.#first) return undefined;
    const elapsed = (now - this.#first.at) / 1000;
    const [share, gained] = [shareDone(this.#event), shareDone(this.#event) - this.#first.share];
    const left = gained > 0 && !ending ? elapsed * (1 - share) / gained : undefined;
    return { event: this.#event, curves: this.#curves, elapsed, left, ending };
  }

  #curveOf(label: string): ProgressLine[] {
    const curve = this.#curves.get(label) ?? [];
    this.#curves.set(label, curve);
    return curve;
  }
}

/**
 * Share of everything that is done, in [0, 1]. Making data counts for nothing, because it is made once. A
 * probe counts as done, because it comes after a training.
 */
export function shareDone({ phase, done, total, position }: RunProgress): number {
  const own = total > 0 ? Math.min(1, done / total) : 0;
  if (!position) return own;
  const ofThis = phase === "train" ? own : phase === "data" ? 0 : 1;
  return (position.index - 1 + ofThis) / position.of;
}

/** Words for a phase, before its label. */
const DOING: Record<RunProgress["phase"], string> = {
  data: "preparing",
  train: "training on",
  features: "taking features of",
  probe: "probing",
};

/**
 * The work in progress, in one line: "train tabler + mdi + remix (3 of 23), 412 images/s, input wait 0.4%, 2
 * min 10 s left".
 */
export function progressText({ event, curves, elapsed, left, ending }: ProgressState): string {
  const { phase, label, done, total, imagesPerSecond, inputWait, position } = event;
  const run = position ? ` (${position.index} of ${position.of})` : "";
  if (ending) {
    const parts = phase === "data" ? "datasets" : "runs";
    const what = position ? `${position.index} of ${position.of} ${parts}` : label;
    const waited = inputWaitOf([...curves.values()].flat());
    return [`${ending}: ${what}`, duration(elapsed), ...waitText(waited)].join(", ");
  }
  return [
    `${DOING[phase]} ${label}${run} ${total > 0 ? formatPercent(done / total) : ""}`.trimEnd(),
    ...(imagesPerSecond === undefined ? [] : [`${Math.round(imagesPerSecond)} images/s`]),
    ...waitText(inputWait),
    ...(left === undefined ? [] : [`${duration(left)} left`]),
  ].join(", ");
}

function waitText(share: number | undefined): string[] {
  return share === undefined ? [] : [`input wait ${formatPercent(share)}`];
}

/** An epoch in one line: "epoch 4: training loss 0.512, validation accuracy 84.1%". */
export function epochText({ epoch, trainLoss, validation }: ProgressLine): string {
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
