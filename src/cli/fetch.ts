/** `deno task fetch`: obtains datasets before they are needed. */
import {
  datasetsMeant,
  interruption,
  numberOf,
  ofEngine,
  oneOf,
  parseCommand,
  refuseForeign,
  runCommand,
  UsageError,
} from "./command.ts";
import { ensureSetup } from "../setup/mod.ts";
import type { Pool } from "../data/mod.ts";
import type { RayCluster } from "../sweeps/mod.ts";
import { everyTenth, terminalWidth, textTable } from "./terminal.ts";

const USAGE =
  `Usage: deno task fetch NAME… [--images N] [--allow-private] [--engine local|ray] [--address ADDRESS] [--cpus N]
  NAME             a dataset of data_manifests/ (tabler), a collection (icons), or the path of images of your own: a folder, tar
                   shards or Parquet (photos-{000..012}.tar); what is there already is not made again
  --images N       of datasets that are lists of URLs: good images that are wanted, at most as many as the manifest's sample has
                   (default). Addresses that are dead are made up for by others; an ended fetch goes on where it was
  --allow-private  of lists of URLs: also from hosts at private addresses, for an intranet
  --engine         of lists of URLs. local (default): this machine fetches. ray: the workers of a Ray cluster do, each from its
                   own hosts, and the images come here. Ray is installed into .venv-ray the first time
  --address A      of ray: HOST:PORT of the cluster's head, ray://HOST:PORT, or auto. Default: RAY_ADDRESS, else a cluster of
                   this machine
  --cpus N         of ray: processors of a worker. Default: those of the smallest node`;

/** The datasets to fetch. */
export interface FetchRequest {
  /** Each dataset once. */
  names: string[];
  /** Default: what the manifests say. */
  images?: number;
  allowPrivate: boolean;
  /** The Ray cluster that fetches. Default: this machine does. */
  ray?: RayCluster;
}

/** The pool of one dataset after the fetch, without its pixels. */
export type Fetched = Pick<Pool, "name" | "images" | "dropped" | "inPlace" | "folders">;

/**
 * Reads the command's arguments.
 *
 * @throws {UsageError} for an unknown name, listing the known; for a number that is none, and for flags of
 *   another engine
 */
export async function parseFetch(args: readonly string[]): Promise<FetchRequest> {
  const options = {
    images: { type: "string" },
    "allow-private": { type: "boolean", default: false },
    engine: { type: "string", default: "local" },
    address: { type: "string" },
    cpus: { type: "string" },
  } as const;
  const { values, positionals } = parseCommand(args, USAGE, options, true);
  if (positionals.length === 0) throw new UsageError(`Which dataset?\n${USAGE}`);
  const images = numberOf("--images", values.images, "images");
  const engine = oneOf("--engine", values.engine, ["local", "ray"]);
  const { address } = values;
  const cpus = numberOf("--cpus", values.cpus, "processors");
  refuseForeign(values, { address: ["ray"], cpus: ["ray"] }, [engine], ofEngine(engine));
  const names: string[] = [];
  for (const choice of positionals) names.push(...await datasetsMeant(choice));
  return {
    names: [...new Set(names)],
    images,
    allowPrivate: values["allow-private"],
    ray: engine === "ray" ? { address, cpus } : undefined,
  };
}

/**
 * Builds the pool of each dataset where it is missing. The images of a list of URLs are fetched first.
 *
 * @throws {UsageError} for a request that does not fit one of the datasets, before any is fetched
 */
export async function fetchDatasets(
  { names, ...request }: FetchRequest,
  log: (line: string) => void = console.error,
  signal?: AbortSignal,
): Promise<Fetched[]> {
  const { openPool } = await import("../data/mod.ts");
  const { checkListed, fetchListed } = await import("./fetch_listed.ts");
  for (const name of names) checkListed(name, request);
  const fetched: Fetched[] = [];
  for (const name of names) {
    await fetchListed(name, request, signal);
    const isTenth = everyTenth();
    using pool = await openPool(name, {
      signal,
      onProgress({ message, done, total, inPlace, imagesPerSecond, secondsLeft }) {
        if (!isTenth(done, total)) return;
        const rate = `${imagesPerSecond.toFixed(0)} images/s, ${secondsLeft.toFixed(0)} s left`;
        const there = inPlace > 0 ? ` (${inPlace} read in place)` : "";
        log(`${name}: ${message}, ${done} of ${total} images${there}, ${rate}`);
      },
    });
    const { images, dropped, inPlace, folders } = pool;
    fetched.push({ name, images, dropped, inPlace, folders });
  }
  return fetched;
}

/** Duplicates within and across the datasets: a table, with a line that explains them. */
export async function duplicatesText(
  fetched: readonly Omit<Fetched, "folders" | "inPlace">[],
): Promise<string> {
  const { duplicateRows, DUPLICATES_NOTE } = await import("../data/mod.ts");
  const rows = duplicateRows(fetched);
  const cells = rows.map((row) => Object.values(row).map(String));
  return `${textTable(Object.keys(rows[0]), cells, terminalWidth())}\n${DUPLICATES_NOTE}`;
}

/** Number of images that are named, of each dataset. */
const NAMED = 5;

/**
 * Images that are not in the pools since they could not be fetched or decoded: the first ones by
 * name, the others by number.
 */
export async function leftOutLines(fetched: readonly Pick<Fetched, "name" | "dropped" | "folders">[]) {
  const { leftOutText, warnedText } = await import("../data/mod.ts");
  return fetched.flatMap(({ name, dropped: { failed, warned }, folders }) => {
    const warnings = warnedText({ warned });
    const lines = failed.slice(0, NAMED).map((image) => `${name} is without ${leftOutText(image)}`);
    const others = failed.length - lines.length;
    if (warnings) lines.push(`${name} has ${warnings}`);
    return others > 0
      ? [
        ...lines,
        `${name} is without ${others} more: see ${folders.map((folder) => `${folder}/pool.json`).join(", ")}`,
      ]
      : lines;
  });
}

if (import.meta.main) {
  await runCommand(USAGE, async (args) => {
    const request = await parseFetch(args);
    await ensureSetup({ needs: ["packages"] });
    const fetched = await fetchDatasets(request, console.error, interruption());
    const rows = fetched.map(({ name, images, inPlace, folders }) => [
      name,
      `${images.length}`,
      `${inPlace}`,
      folders.join(", "),
    ]);
    console.log(textTable(["dataset", "images", "read from shards in place", "pool"], rows, Infinity));
    console.log(`\n${await duplicatesText(fetched)}`);
    for (const line of await leftOutLines(fetched)) console.log(line);
    return 0;
  });
}
