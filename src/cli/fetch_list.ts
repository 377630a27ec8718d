/** Fetching from a list of URLs at a terminal: one line that follows it, and what it came to. */
import {
  fetchImages,
  type FetchList,
  type FetchOptions,
  type FetchReport,
  progressText,
  reportText,
} from "../fetch/mod.ts";

/** Where lines go. */
export interface Lines {
  /** Whether the last line can be written over, as on a terminal. */
  live: boolean;
  write(text: string): void;
}

/** Standard error, where progress belongs. */
export const standardError: Lines = {
  live: Deno.stderr.isTerminal(),
  write: (text) => void Deno.stderr.writeSync(new TextEncoder().encode(text)),
};

/** Time between two lines where they cannot be written over, ms. */
const LINE_MS = 10_000;

/**
 * {@link fetchImages} with a line of progress, several times a second on a terminal and every ten seconds elsewhere, and the successes
 * and failures by reason at the end.
 *
 * @param name of the dataset
 */
export async function fetchList(
  name: string,
  list: FetchList,
  options: Omit<FetchOptions, "onProgress">,
  lines: Lines = standardError,
): Promise<FetchReport> {
  let told = performance.now();
  const onProgress: FetchOptions["onProgress"] = (progress) => {
    const text = `${name}: ${progressText(progress)}`;
    if (lines.live) lines.write(`\r\x1b[K${text}`);
    else if (performance.now() - told >= LINE_MS) {
      told = performance.now();
      lines.write(`${text}\n`);
    }
  };
  try {
    const report = await fetchImages(list, { ...options, onProgress });
    lines.write(`${lines.live ? "\r\x1b[K" : ""}${name}: ${reportText(report)}\n`);
    return report;
  } catch (error) {
    if (lines.live) lines.write("\n");
    throw error;
  }
}
