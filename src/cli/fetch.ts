/** `deno task fetch`: obtains datasets before they are needed. */
import { interruption, parseCommand, runCommand, UsageError } from "./command.ts";
import { ensureSetup } from "./setup.ts";
import { textTable } from "./text_table.ts";

const USAGE = `Usage: deno task fetch NAME…
  NAME  a dataset of data_manifests/ (tabler) or a collection (icons); what is there already is not made again`;

/** What a dataset came to. */
export interface Fetched {
  dataset: string;
  images: number;
  /** Folder of the pool. */
  folder: string;
}

/**
 * The datasets meant by the command's arguments, each once.
 *
 * @throws {Error} for an unknown name, listing the known
 */
export async function parseFetch(args: readonly string[]): Promise<string[]> {
  const { positionals } = parseCommand(args, USAGE, {}, true);
  if (positionals.length === 0) throw new UsageError(`Which dataset?\n${USAGE}`);
  const { datasetsOf } = await import("../data/mod.ts");
  return [...new Set(positionals.flatMap((choice) => datasetsOf(choice)))];
}

/** Makes the pool of each dataset where it is missing. */
export async function fetchDatasets(
  names: readonly string[],
  log: (line: string) => void = console.error,
  signal?: AbortSignal,
): Promise<Fetched[]> {
  const { openPool } = await import("../data/mod.ts");
  const fetched: Fetched[] = [];
  for (const name of names) {
    let tenths = 0;
    using pool = await openPool(name, {
      signal,
      onProgress({ message, done, total, imagesPerSecond, secondsLeft }) {
        if (done < total && Math.floor(10 * done / total) <= tenths) return;
        tenths = Math.floor(10 * done / total);
        const rate = `${imagesPerSecond.toFixed(0)} images/s, ${secondsLeft.toFixed(0)} s left`;
        log(`${name}: ${message}, ${done} of ${total} images, ${rate}`);
      },
    });
    fetched.push({ dataset: name, images: pool.images.length, folder: pool.folder });
  }
  return fetched;
}

if (import.meta.main) {
  await runCommand(USAGE, async (args) => {
    const signal = interruption();
    const names = await parseFetch(args);
    await ensureSetup({ needs: ["packages"] });
    const fetched = await fetchDatasets(names, console.error, signal);
    const rows = fetched.map(({ dataset, images, folder }) => [dataset, `${images}`, folder]);
    console.log(textTable(["dataset", "images", "pool"], rows, Infinity));
    return 0;
  });
}
