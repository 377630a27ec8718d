import type { EpochLine } from "./record.ts";

/** Where a run stands. */
export interface RunProgress {
  /** `data`: a dataset's pool is being made; `train`: the network is being trained. */
  phase: "data" | "train";
  /** The dataset, or the combination. */
  label: string;
  /** Images or optimizer steps done, of `total`. */
  done: number;
  total: number;
  imagesPerSecond?: number;
  /** Share of the epoch's training time in which the network waited for images, [0, 1]. */
  inputWait?: number;
  /** Present at the end of an epoch. */
  line?: EpochLine;
  /** In a sweep: which of its experiments this is, 1-based, and how many there are. */
  position?: { index: number; of: number };
}
