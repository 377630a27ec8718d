import type { FailureReason } from "./failure.ts";

/** How far a fetch is. */
export interface FetchProgress {
  /** Good images so far, at most as many as are wanted. */
  images: number;
  wanted: number;
  /** URLs that have ended, well or not. */
  tried: number;
  failures: Partial<Record<FailureReason, number>>;
  /** Downloads under way, those that wait for their host included. */
  underWay: number;
  /** Of this run. */
  imagesPerSecond: number;
  /** Undefined until the first image. */
  secondsLeft?: number;
}

/** Kinds of failure that a line of progress has room for. */
const KINDS = 3;

/** One line for a terminal. */
export function progressText(progress: FetchProgress): string {
  const { images, wanted, tried, failures, imagesPerSecond, secondsLeft, underWay } = progress;
  const common = Object.entries(failures).toSorted(([, a], [, b]) => b - a).slice(0, KINDS)
    .map(([reason, count]) => `${count} ${reason}`);
  return [
    `${images} of ${wanted} images`,
    `${tried} URLs tried${common.length > 0 ? ` (${common.join(", ")})` : ""}`,
    `${underWay} under way`,
    `${imagesPerSecond.toFixed(imagesPerSecond < 10 ? 1 : 0)} images/s`,
    ...(secondsLeft === undefined ? [] : [`${duration(secondsLeft)} left`]),
  ].join(", ");
}

function duration(seconds: number): string {
  if (seconds < 100) return `${Math.round(seconds)} s`;
  const minutes = seconds / 60;
  return minutes < 100 ? `${Math.round(minutes)} min` : `${(minutes / 60).toFixed(1)} h`;
}
