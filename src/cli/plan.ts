/** `deno task plan`: what sweeps take before they begin. */
import type { AnyExperiment } from "../experiments/mod.ts";
import { ensureSetup } from "../setup/mod.ts";
import type { Plan } from "../sweeps/mod.ts";
import { meant, numberOf, parseCommand, runCommand, UsageError } from "./command.ts";
import { terminalWidth, textTable } from "./terminal.ts";

const USAGE = `Usage: deno task plan [FILE…] [--each] [--rate MODEL=IMAGES…] [--card IMAGES] [--json]
  FILE           a sweep file, see deno task sweep. None: the tables of the paper at its own scale
  --each         a line for each experiment of the files
  --rate MODEL=IMAGES  training images a second of a model on this machine; others are measured, seconds each. May be given
                 several times
  --card IMAGES  images of ConvNeXt-T at 224 px that a card trains in a second, from which other networks' rates follow by
                 FLOPs. Default: 3175, an H100 in bfloat16
  --json         the plan as JSON
Hours on several devices are those of whole experiments dealt out to them; one experiment is never spread over two.`;

/** What to plan. */
export interface PlanRequest {
  files: string[];
  each: boolean;
  given: Record<string, number>;
  cardRate?: number;
  json: boolean;
}

/**
 * Reads the command's arguments.
 *
 * @throws {UsageError} for a rate that is none, and --each without a file
 */
export function parsePlan(args: readonly string[]): PlanRequest {
  const flag = { type: "boolean", default: false } as const;
  const { values, positionals: files } = parseCommand(args, USAGE, {
    each: flag,
    json: flag,
    rate: { type: "string", multiple: true },
    card: { type: "string" },
  }, true);
  if (values.each && files.length === 0) {
    throw new UsageError("--each lists the experiments of files; name a file.");
  }
  const given = Object.fromEntries((values.rate ?? []).map((text) => {
    const [, model, rate] = /^(.+)=(\d+(?:\.\d+)?)$/.exec(text) ?? [];
    if (Number(rate) > 0) return [model, Number(rate)];
    throw new UsageError(
      `--rate: "${text}" is no rate; give MODEL=IMAGES, for example resnet_tiny=1500 (images a second).`,
    );
  }));
  return {
    files,
    each: values.each,
    given,
    cardRate: numberOf("--card", values.card, "images a second"),
    json: values.json,
  };
}

/** The experiments by the name of their row. */
async function groupsOf({ files, each }: PlanRequest): Promise<Record<string, AnyExperiment[]>> {
  const { paperSweeps, readExperiments } = await import("../sweeps/mod.ts");
  if (files.length === 0) return paperSweeps();
  const groups: Record<string, AnyExperiment[]> = {};
  const { hashOf, labelOf } = await import("../experiments/mod.ts");
  for (const file of files) {
    const experiments = await meant(() => readExperiments(file));
    if (!each) groups[file] = experiments;
    else for (const one of experiments) groups[`${labelOf(one)} (${hashOf(one).slice(0, 8)})`] = [one];
  }
  return groups;
}

/** A plan as two tables: what it takes, and the rates that this rests on. */
export function planText(
  rows: Record<string, string>[],
  { rates }: Pick<Plan, "rates">,
  width: number,
): string {
  const work = textTable(Object.keys(rows[0]), rows.map((row) => Object.values(row)), width);
  const speeds = textTable(
    ["network", "px", "FLOPs an image", "images/s here", "by", "images/s on a card"],
    rates.map(({ network: { name, imageSize, forward }, here, card }) => [
      name,
      `${imageSize}`,
      (6 * forward).toExponential(1),
      here.train.toPrecision(3),
      here.by,
      card.train.toPrecision(3),
    ]),
    width,
  );
  return `${work}\n\n${speeds}`;
}

if (import.meta.main) {
  await runCommand(USAGE, async (args) => {
    const request = parsePlan(args);
    await ensureSetup({ needs: ["packages", "python"] });
    const groups = await groupsOf(request);
    const { planOf, planRows } = await import("../sweeps/mod.ts");
    const plan = await planOf(groups, {
      ...request,
      onMeasure: ({ name, imageSize }) => console.error(`measuring ${name} at ${imageSize} px …`),
    });
    console.log(
      request.json ? JSON.stringify(plan, null, 2) : planText(planRows(plan), plan, terminalWidth()),
    );
    return 0;
  });
}
