/** What every training tells and keeps while it goes on. */
import type { EpochPace, StepProgress } from "../train/mod.ts";
import type { RunOptions } from "./progress.ts";

/** Where epochs are kept, what they are called, how many there will be. */
export interface Watched<Line extends EpochPace> {
  folder: {
    readonly path: string;
    /** Cuts the kept epochs to the first `done` of them and reads these. */
    keepEpochs(done: number): Promise<Line[]>;
    appendEpoch(line: Line): Promise<void>;
  };
  label: string;
  /** Of the whole training. */
  epochs: number;
  options: RunOptions;
}

/**
 * The options of `train` and `pretrain` that write each epoch to the record's folder, tell whoever looks on, and stop at the
 * signal.
 *
 * @returns them, and the epochs so far, those before a resumption included
 */
export function watchTraining<Line extends EpochPace>({ folder, label, epochs, options }: Watched<Line>) {
  const { signal, onProgress } = options;
  let lines: Line[] = [];
  const callbacks = {
    folder: folder.path,
    signal,
    onStart: async (done: number) => void (lines = await folder.keepEpochs(done)),
    onStep: ({ step, totalSteps, ...pace }: StepProgress) =>
      onProgress?.({ phase: "train", label, done: step, total: totalSteps, ...pace }),
    onEpoch: async (line: Line) => {
      lines.push(line);
      await folder.appendEpoch(line);
      onProgress?.({ phase: "train", label, done: line.step, total: epochs * line.step / line.epoch, line });
    },
    onDamagedCheckpoint: (error: Error) => console.warn(`${error.message} Going on from the one before it.`),
  };
  return { callbacks, epochs: () => lines };
}
