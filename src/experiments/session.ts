/** Everything that all experiments share while they run: folder, images, progress, a way to stop. */
import type { BatchWorkers, Pool } from "../data/mod.ts";
import {
  type EpochPace,
  epochsTrained,
  type EpochSummary,
  type Recipe,
  type StepProgress,
} from "../train/mod.ts";
import type { FinishedRecord, RunFolder } from "./record/folder.ts";

/** An epoch of any training: the validation's fields are absent where nothing is validated. */
export type ProgressLine = EpochPace & Partial<EpochSummary>;

/** How far a run is. */
export interface RunProgress {
  /**
   * `data`: a dataset's pool is being made; `train`: the network is being trained; `features`: features are
   * being taken from a network; `probe`: linear classifiers are being trained on them; `record`: nothing is
   * done, since the record was there and has been read back.
   */
  phase: "data" | "train" | "features" | "probe" | "record";
  /** The dataset, the combination, or whose features are probed. */
  label: string;
  /** Images, optimizer steps or epochs done, of `total`. */
  done: number;
  total: number;
  imagesPerSecond?: number;
  /** Share of the epoch's training time in which the network waited for images, [0, 1]. */
  inputWait?: number;
  /** Present at the end of an epoch. */
  line?: ProgressLine;
  /** Something that is known before the record is there, in words. */
  finding?: string;
  /** Whether a record that was read back was made by other code than this checkout's, as far as it tells. */
  byOtherCode?: boolean;
  /** In a sweep: which of its experiments this is, 1-based, and how many there are. */
  position?: { index: number; of: number };
}

/** How a run is watched and stopped. */
export interface RunOptions {
  /** Stops training between two steps; finished steps are kept, and running again goes on from there. */
  signal?: AbortSignal;
  /** Told how far the run is: while data is made, at every step, at every epoch. */
  onProgress?: (progress: RunProgress) => void;
  /** Folder of the records. Default: `NTD_RUNS`, else `runs/`. */
  runs?: string;
}

/**
 * Everything that an experiment finds ready when it is executed. The engine has been started; `run` disposes
 * the threads and pools.
 */
export interface Session<R extends FinishedRecord = FinishedRecord> {
  folder: RunFolder<R>;
  /** Threads that make batches. */
  workers: BatchWorkers;
  /** The pools of the experiment's datasets, in their order. */
  pools: Pool[];
  /** Folders of the finished experiments that this one needs, in their order. */
  needed: readonly RunFolder[];
  options: RunOptions;
  /** Name of the experiment in progress reports. */
  label: string;
}

/**
 * Share of these epochs' training time in which the network waited for images; undefined where it was not
 * measured.
 */
export function inputWaitOf(epochs: readonly EpochPace[]): number | undefined {
  let [waited, trained] = [0, 0];
  for (const { trainSeconds, inputWait } of epochs) {
    if (trainSeconds === undefined || inputWait === undefined) continue;
    waited += inputWait * trainSeconds;
    trained += trainSeconds;
  }
  return trained > 0 ? waited / trained : undefined;
}

/**
 * The options of `train`, `fineTune` and `pretrain` that write each epoch to the record's folder, report the
 * progress, and stop at the signal.
 *
 * @returns these options, and the epochs so far, including those before a resumption
 */
export function watchTraining<Line extends EpochPace>(
  { folder, label, options }: Session<FinishedRecord<unknown, Line>>,
  schedule: Pick<Recipe, "epochs" | "stopAfter">,
) {
  const total = epochsTrained(schedule);
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
      onProgress?.({ phase: "train", label, done: line.step, total: total * line.step / line.epoch, line });
    },
    onDamagedCheckpoint: (error: Error) => console.warn(`${error.message} Going on from the one before it.`),
  };
  return { callbacks, epochs: () => lines };
}

/** The fields of a result about the time of its epochs. */
export function timesOf(epochs: readonly EpochPace[]): { seconds: number; inputWait?: number } {
  return { seconds: epochs.reduce((sum, { seconds }) => sum + seconds, 0), inputWait: inputWaitOf(epochs) };
}
