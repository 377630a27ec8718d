/** `deno task bench`: measures the project, beside its peers where there are any. */
import { parseCommand, runCommand, UsageError } from "./command.ts";
import { ensureSetup } from "./setup.ts";
import { terminalWidth, textTable } from "./text_table.ts";

const USAGE = `Usage: deno task bench [train|input] [--json]
  train  images/s of the training step, beside PyTorch (installed into .venv-pytorch the first time) and plain tfjs
  input  images/s of the input pipeline alone
  --json the figures as JSON`;

/** One line of a benchmark's table. */
type Row = object;

/** The benchmarks by name; each is loaded when it is run. */
export const benchmarks: Record<string, () => Promise<Row[]>> = {
  train: async () => (await import("./bench_train.ts")).benchTrain({ installPyTorch: true }),
  input: async () => (await import("./bench_input.ts")).benchInput(),
};

/** Reads the command's arguments. Without a name all benchmarks are run. */
export function parseBench(args: readonly string[]): { names: string[]; json: boolean } {
  const { values, positionals } = parseCommand(
    args,
    USAGE,
    { json: { type: "boolean", default: false } },
    true,
  );
  for (const name of positionals) {
    if (name in benchmarks) continue;
    throw new UsageError(
      `There is no benchmark "${name}". Known: ${Object.keys(benchmarks).join(", ")}.\n${USAGE}`,
    );
  }
  return { names: positionals.length > 0 ? positionals : Object.keys(benchmarks), json: values.json };
}

function show(value: unknown): string {
  if (typeof value === "number") return Number.isInteger(value) ? `${value}` : value.toPrecision(3);
  return Array.isArray(value) ? value.join(", ") : `${value ?? "–"}`;
}

/** A benchmark's rows as a table; the fields are the columns. */
export function benchTable(rows: readonly Row[], width: number): string {
  const header = Object.keys(rows[0] ?? {});
  const cells = rows.map((row) => Object.values(row).map(show));
  return textTable(header.map((name) => name.replaceAll("_", " ")), cells, width);
}

if (import.meta.main) {
  await runCommand(USAGE, async (args) => {
    const { names, json } = parseBench(args);
    await ensureSetup({ needs: ["packages", "python"] });
    const results: Record<string, Row[]> = {};
    for (const name of names) {
      results[name] = await benchmarks[name]();
      if (!json) console.log(`\n${name}\n${benchTable(results[name], terminalWidth())}`);
    }
    if (json) console.log(JSON.stringify(results, null, 2));
    return 0;
  });
}
