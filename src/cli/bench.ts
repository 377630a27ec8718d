/** `deno task bench`: measures the project, beside its peers where there are any. */
import {
  announcement,
  type BenchChoice,
  benchmarkLines,
  benchmarks,
  type BenchRow,
  GPU_PARTS,
} from "../bench/mod.ts";
import {
  EXIT,
  interruption,
  meant,
  numberOf,
  oneOf,
  parseCommand,
  refuseForeign,
  runCommand,
  UsageError,
} from "./command.ts";
import { ensureSetup } from "../setup/mod.ts";
import { terminalWidth, textTable } from "./terminal.ts";

const USAGE = `Usage: deno task bench [${
  Object.keys(benchmarks).join("|")
}] [--model NAME] [--data NAME] [--only PART[,PART]] [--within SECONDS] [--batch N] [--json]
${benchmarkLines()}
  --only     of "gpu": some of its parts: ${GPU_PARTS.join(", ")}
  --within   of "gpu": seconds after which the rest is left out; default: 450
  --batch    of "gpu": the only batch size of the large networks; default: the fastest is looked for
  --model    of "train" and "steady": only this one; may be given several times
  --data     of "photos": a dataset whose photographs are stored as JPEG; default: made-up ones. Of "audit": datasets or paths
             with commas; default: the icons
  --json     the figures as JSON, at the end; what was measured comes also where a later benchmark fails, or at Ctrl-C`;

/** Every benchmark but that of a card, which few machines have. */
const USUAL = Object.keys(benchmarks).filter((name) => name !== "gpu");

/**
 * Reads the command's arguments. Without a name all benchmarks are run, but for that of a card.
 *
 * @throws {UsageError} for an unknown benchmark, and for a flag that none of the named ones reads
 */
export function parseBench(args: readonly string[]): BenchChoice & { names: string[]; json: boolean } {
  const { values, positionals } = parseCommand(
    args,
    USAGE,
    {
      json: { type: "boolean", default: false },
      model: { type: "string", multiple: true },
      data: { type: "string" },
      only: { type: "string" },
      within: { type: "string" },
      batch: { type: "string" },
    },
    true,
  );
  const { json, model: models, data, only } = values;
  const gpu = {
    only: only?.split(",").map((part) => oneOf("--only", part.trim(), GPU_PARTS)),
    within: numberOf("--within", values.within, "seconds"),
    batch: numberOf("--batch", values.batch, "images"),
  };
  for (const name of positionals) {
    if (Object.hasOwn(benchmarks, name)) continue;
    throw new UsageError(
      `There is no benchmark "${name}". Known: ${Object.keys(benchmarks).join(", ")}.\n${USAGE}`,
    );
  }
  const names = positionals.length > 0 ? positionals : USUAL;
  refuseForeign(
    values,
    BELONGS,
    names,
    (owners) => `${owners.join(" and ")}; ${names.join(", ")} would not read it.`,
  );
  return { names, models, data, gpu, json };
}

/** The benchmarks that read a flag. */
const BELONGS: Readonly<Record<string, readonly string[]>> = {
  model: ["train", "steady"],
  data: ["photos", "audit"],
  only: ["gpu"],
  within: ["gpu"],
  batch: ["gpu"],
};

function show(value: unknown): string {
  if (typeof value === "number") return Number.isInteger(value) ? `${value}` : value.toPrecision(3);
  return Array.isArray(value) ? value.join(", ") : `${value ?? "–"}`;
}

/** Fields that still fit beside each other on a terminal. */
const MOST_COLUMNS = 10;

/** A benchmark's rows as tables, one for the rows with the same fields that follow each other. */
export function benchTables(rows: readonly BenchRow[], width: number): string {
  const fields = (row: BenchRow) => Object.keys(row).join();
  const groups: BenchRow[][] = [];
  for (const row of rows) {
    const last = groups.at(-1);
    if (last && fields(last[0]) === fields(row)) last.push(row);
    else groups.push([row]);
  }
  return groups.map((group) => benchTable(group, width)).join("\n\n");
}

/** Rows with the same fields as a table: a field is a column, or, where there are many, a line. */
function benchTable(rows: readonly BenchRow[], width: number): string {
  const names = Object.keys(rows[0] ?? {}).map((name) => name.replaceAll("_", " "));
  const cells = rows.map((row) => Object.values(row).map(show));
  if (names.length <= MOST_COLUMNS) return textTable(names, cells, width);
  const lines = names.map((name, i) => [name, ...cells.map((row) => row[i])]);
  return textTable(lines[0], lines.slice(1), width);
}

/** What is measured, and how. */
interface Measuring {
  choice: BenchChoice;
  /** Ends the measuring. */
  signal: AbortSignal;
  /** Told of each benchmark that has ended well. */
  onRows: (name: string, rows: BenchRow[]) => void;
}

/**
 * Measures benchmarks one after another. One that fails does not keep the others from being measured.
 *
 * @returns the exit code
 * @throws {UsageError} where the choice names what there is not, before anything is measured
 */
export async function measure(
  names: readonly string[],
  { choice, signal, onRows }: Measuring,
): Promise<number> {
  const interrupted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
  interrupted.catch(() => {}); // between two benchmarks nobody waits for it
  for (const name of names) await meant(() => benchmarks[name].check?.(choice));
  let code = 0;
  for (const name of names) {
    if (signal.aborted) break;
    try {
      console.error(await announcement(name));
      onRows(name, await Promise.race([benchmarks[name].run(choice), interrupted]));
    } catch (error) {
      if (signal.aborted) break;
      console.error(`${name} failed:`, error);
      code = EXIT.failed;
    }
  }
  return signal.aborted ? EXIT.interrupted : code;
}

/** A folder for what programs write meanwhile; it goes with what a benchmark that was ended leaves there. */
function temporaryFolder(): Disposable {
  const path = Deno.makeTempDirSync({ prefix: "ntd-" }); // short: Ray makes sockets there
  Deno.env.set("TMPDIR", path);
  return {
    [Symbol.dispose]() {
      try {
        Deno.removeSync(path, { recursive: true });
      } catch (error) { // a program that is ending may still write there
        console.error(`${path} is left: ${(error as Error).message}`);
      }
    },
  };
}

if (import.meta.main) {
  await runCommand(USAGE, async (args) => {
    const { names, json, ...choice } = parseBench(args);
    await ensureSetup({ needs: ["packages", "python"] });
    using _ = temporaryFolder();
    const results: Record<string, BenchRow[]> = {};
    const onRows = (name: string, rows: BenchRow[]) => {
      results[name] = rows;
      if (!json) console.log(`\n${name}\n${benchTables(rows, terminalWidth())}`);
    };
    const code = await measure(names, { choice, signal: interruption(), onRows });
    if (json) console.log(JSON.stringify(results, null, 2));
    return code;
  });
}
