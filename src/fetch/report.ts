import { type FailureReason, meaningOf } from "./failure.ts";
import type { StorageSettings } from "./settings.ts";

/** The result of a fetch: `report.json` of its folder. */
export interface FetchReport {
  /** Images that are stored. */
  images: number;
  /** Images that were asked for. */
  wanted: number;
  /** Items of the list up to the last image; each is an image or a failure. */
  tried: number;
  failures: Partial<Record<FailureReason, number>>;
  seed: number;
  storage: StorageSettings;
  /** The run that ended last; a fetch may take several. */
  lastRun: {
    seconds: number;
    /** Images and failures that came in this run, those to spare included. */
    downloads: number;
    imagesPerSecond: number;
    finishedAt: string;
  };
}

/** The successes and the failures by reason, for a terminal. */
export function fetchReportText({ images, wanted, tried, failures }: FetchReport): string {
  const share = (count: number) => `${(100 * count / Math.max(tried, 1)).toFixed(1)}%`;
  const lines = Object.entries(failures).toSorted(([, a], [, b]) => b - a).map(([reason, count]) =>
    `  ${String(count).padStart(8)}  ${share(count).padStart(6)}  ${reason}: ${
      meaningOf(reason as FailureReason)
    }`
  );
  const headline = `${images} of ${wanted} images from ${tried} URLs (${share(images)} were good)`;
  return [headline, ...lines].join("\n");
}

/** A list of URLs had fewer good images than were asked for. Those that it had are stored. */
export class FetchIncompleteError extends Error {
  override name = "FetchIncompleteError";

  constructor(readonly report: FetchReport, folder: string) {
    const { images } = report;
    const fewer = images === 1 ? "1 image" : `${images} images or fewer`;
    const advice = images === 0
      ? "Run the same command again"
      : `The images are kept in ${folder}. Ask for ${fewer}, or run the same command again`;
    super(
      `the list has no more URLs: ${fetchReportText(report)}\n` +
        `${advice}: failures that may have passed by then are tried once more.`,
    );
  }
}

/** Nothing can be reached: most likely not the fault of the list. */
export class NetworkDownError extends Error {
  override name = "NetworkDownError";

  constructor(failures: readonly string[]) {
    super(
      `the last ${failures.length} downloads all failed on the way to their hosts (the last: ${
        failures.at(-1)
      }). Is this machine ` +
        `online, and does a proxy or firewall let it out? They are not counted; run the same command again when it is.`,
    );
  }
}

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
  /** Rate of this run. */
  imagesPerSecond: number;
  /** Undefined until the first image. */
  secondsLeft?: number;
}

/** Kinds of failure that a line of progress has room for. */
const KINDS = 3;

/** One line for a terminal. */
export function fetchProgressText(progress: FetchProgress): string {
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
