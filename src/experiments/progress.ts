import type { EpochPace } from "../train/mod.ts";
import type { EpochLine } from "./record.ts";

/** An epoch of any training: what is validated is absent where nothing is. */
export type ProgressLine = EpochPace & Partial<EpochLine>;

/** Where a run stands. */
export interface RunProgress {
  /**
   * `data`: a dataset's pool is being made; `train`: the network is being trained; `features`: features are being taken from a
   * network; `probe`: linear classifiers are being trained on them.
   */
  phase: "data" | "train" | "features" | "probe";
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
  /** In a sweep: which of its experiments this is, 1-based, and how many there are. */
  position?: { index: number; of: number };
}

/** How a run is watched and stopped. */
export interface RunOptions {
  /** Stops training between two steps; what is done is kept, and running again goes on from there. */
  signal?: AbortSignal;
  /** Told where the run stands: while data is made, at every step, at every epoch. */
  onProgress?: (progress: RunProgress) => void;
  /** Folder of the records. Default: `NTD_RUNS`, else `runs/`. */
  runs?: string;
}
