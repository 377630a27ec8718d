/** `deno task audit`: whether folders of images can be told apart, and by what. */
import { statSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { AuditRecord, AuditTest } from "../experiments/mod.ts";
import { datasetsMeant, interruption, numberOf, parseCommand, runCommand, UsageError } from "./command.ts";
import { ensureSetup } from "../setup/mod.ts";
import { everyTenth, terminalWidth, textTable, wrap } from "./terminal.ts";

const USAGE =
  `Usage: deno task audit DIR DIR… [--report FILE.html] [--json FILE] [--csv FILE] [--png FILE] [--fail-above A]
                       [--groups PATTERN|FILE.csv] [--images N] [--evidence a,b] [--same-encoding [SIDE]]
  DIR              two or more: a folder of images (jpg, png, webp, gif) with the folders in it, tar shards, Parquet, or a
                   dataset's name
  --report FILE    one HTML file: verdict, evidence, pictures, a map, what to do
  --json FILE      the same as numbers, by src/report/schema.json; - for standard output
  --csv FILE       images worth a look: in both folders, unreadable, most typical, most confused
  --png FILE       the evidence as a picture
  --fail-above A   exit code 1 only where the area under the ROC curve is shown to be above A, 0.5 to 1 (the lower end of
                   its interval). Default: where folders are told apart at all
  --groups G       images that belong together: a regular expression, whose first group names theirs, or a CSV file with the
                   columns file and group. Near-duplicates always belong together
  --images N       images of each folder at most, by a hash of their names. Default: 2000
  --evidence a,b   kinds of evidence, the headline first. Default: all, the headline all-pixels
  --same-encoding  audits again after every image was made a square of SIDE px (default: 128) in one JPEG encoding
  --seed N         deals folds and permutations. Default: 0
Exit codes: 0 not told apart (or not above A), 1 told apart (above A), 2 no answer: too few images, wrong input, or something
failed; 130 interrupted.`;

/** The arguments of the command. */
export interface AuditRequest {
  folders: string[];
  files: { report?: string; json?: string; csv?: string; png?: string };
  failAbove?: number;
  groups?: { pattern: string } | { csv: string };
  images?: number;
  evidence?: string[];
  side?: number;
  seed?: number;
}

/** What {@link AuditRequest.side} is where the user says none, px. */
const SIDE = "128";

/** Reads the command's arguments. */
export function parseAudit(args: readonly string[]): AuditRequest {
  const given = args.flatMap((arg, i) =>
    arg === "--same-encoding" && !/^\d+$/.test(args[i + 1] ?? "") ? [arg, SIDE] : [arg]
  );
  const text = { type: "string" } as const;
  const { values, positionals } = parseCommand(given, USAGE, {
    report: text,
    json: text,
    csv: text,
    png: text,
    "fail-above": text,
    groups: text,
    images: text,
    evidence: text,
    "same-encoding": text,
    seed: text,
  }, true);
  if (positionals.length < 2) {
    throw new UsageError(`Two folders or more, please; ${positionals.length} were named.\n${USAGE}`);
  }
  const { report, json, csv, png, groups, evidence, seed } = values;
  const failAbove = values["fail-above"];
  if (failAbove !== undefined && !(Number(failAbove) >= 0.5 && Number(failAbove) < 1)) {
    throw new UsageError(`--fail-above: "${failAbove}" is no area; give a number from 0.5 to below 1.`);
  }
  if (seed !== undefined && !/^\d{1,9}$/.test(seed)) {
    throw new UsageError(`--seed: "${seed}" is no seed; give a whole number.`);
  }
  return {
    folders: positionals,
    files: { report, json, csv, png },
    failAbove: failAbove === undefined ? undefined : Number(failAbove),
    groups: groups === undefined ? undefined : /\.csv$/i.test(groups) ? { csv: groups } : { pattern: groups },
    images: numberOf("--images", values.images, "images"),
    evidence: evidence?.split(",").map((name) => name.trim()),
    side: numberOf("--same-encoding", values["same-encoding"], "pixels"),
    seed: seed === undefined ? undefined : Number(seed),
  };
}

/** The exit code of an audit: 0 not told apart, 1 told apart, 2 too few images to tell. */
export function exitCode(
  { result: { pairs } }: Pick<AuditRecord, "result">,
  isFound: (test: AuditTest) => boolean,
  failAbove = 0,
): number {
  const fails = pairs.some(({ tests }) => tests.some((test) => isFound(test) && test.area.low > failAbove));
  if (fails) return 1;
  return pairs.some(({ verdict }) => verdict === "too few to tell") ? 2 : 0;
}

/** @throws {UsageError} for a file that could not be written, before hours are spent on what goes into it */
function checkPlaces(files: AuditRequest["files"]): void {
  for (const [kind, path] of Object.entries(files)) {
    if (path === undefined || (kind === "json" && path === "-")) continue;
    const isFolder = (place: string) => statSync(place, { throwIfNoEntry: false })?.isDirectory() ?? false;
    if (path === "" || isFolder(path)) {
      throw new UsageError(
        `--${kind}: "${path}" is no file's name; give one, for example ${kind}.${ENDING[kind]}.`,
      );
    }
    if (!isFolder(dirname(path))) {
      throw new UsageError(
        `--${kind}: there is no folder ${dirname(path)} for ${basename(path)}; make it first.`,
      );
    }
  }
}

/** Endings of the files by their flags. */
const ENDING: Readonly<Record<string, string>> = { report: "html", json: "json", csv: "csv", png: "png" };

/** Runs the audits of a request, and prints what they find as they find it. */
async function auditFolders(request: AuditRequest, signal: AbortSignal): Promise<number> {
  const { audit, checkRunnable, isFound, run } = await import("../experiments/mod.ts");
  const { auditText, writeReports } = await import("../report/mod.ts");
  const { folders, files, failAbove, groups, images, evidence, side, seed } = request;
  const datasets: string[] = [];
  for (const folder of folders) datasets.push(...await datasetsMeant(folder));
  const asked = audit({
    preset: "laptop",
    datasets,
    ...(images && { imagesPerDataset: images }),
    ...(evidence && { evidence: evidence as ReturnType<typeof audit>["evidence"] }),
    ...(seed !== undefined && { seed }),
    ...(groups && { groups }),
  });
  const isQuiet = files.json === "-";
  const say = (line: string) => (isQuiet ? console.error : console.log)(line);
  const tell = (text: string) => say(wrap(text, terminalWidth()).join("\n"));
  const options = { signal, onProgress: teller(tell) };
  const alike = side === undefined ? undefined : { ...asked, sameEncoding: { side, quality: 90 } };
  if (alike) checkRunnable(alike); // before the first is run
  const record = await run(asked, options);
  const again = alike && await run(alike, { signal, onProgress: teller(tell) });
  for (const { heading, table, texts } of auditText(record, again)) {
    say(`\n${heading}`);
    if (table) say(textTable(table.header, table.rows, terminalWidth()));
    texts.forEach(tell);
  }
  for (const [kind, file] of Object.entries(files)) {
    for (const path of await writeReports(record, again, { [kind]: file })) tell(`Written: ${path}`);
  }
  return exitCode(record, isFound, failAbove);
}

/** Tells findings once, and how far reading is at every tenth. */
function teller(tell: (text: string) => void) {
  const isTenth = everyTenth();
  return (
    { phase, done, total, finding }: { phase: string; done: number; total: number; finding?: string },
  ) => {
    if (finding !== undefined) return tell(finding);
    if (phase !== "features" || total < 200 || !isTenth(done, total)) return;
    console.error(`${done} of ${total} images read`);
  };
}

/**
 * Sets up, and answers a request.
 *
 * @param interrupt gives what ends the audit; it is called after set-up, which Ctrl-C ends with the process
 * @returns the exit code, as {@link exitCode}
 * @throws {UsageError} whatever has failed: its exit code is 2, since 1 says that folders are told apart
 * @throws the signal's reason when aborted
 */
export async function answer(
  request: AuditRequest,
  interrupt: () => AbortSignal,
  setUp = () => ensureSetup({ needs: ["packages", "python"] }),
): Promise<number> {
  try {
    await setUp();
    return await auditFolders(request, interrupt());
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new UsageError((error as Error).message, { cause: error });
  }
}

if (import.meta.main) {
  await runCommand(USAGE, async (args) => {
    const request = parseAudit(args);
    checkPlaces(request.files);
    return await answer(request, interruption);
  });
}
