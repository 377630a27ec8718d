/** Runs side by side, as `deno task runs` prints them. */
import { formatAccuracy, formatDifference, formatP } from "../paper/mod.ts";
import { type Comparison, type Method, runObject, type RunSummary } from "../records/mod.ts";
import { formatPercent, formatProportion } from "../stats/mod.ts";
import { accuracyText, codeText, dash, faultLines, shortHashes, sizeText, stateText } from "./runs_cells.ts";
import { textTable } from "./terminal.ts";

/** Most runs that stand beside each other; of more, each is a line. */
const BESIDE = 4;

/** A line of a comparison below the fields: its name, and its cell in a run. */
type OutcomeLine = [name: string, cell: (run: RunSummary) => string];

/** What is told of many runs, too, each of which is a line. */
const BRIEF: OutcomeLine[] = [
  ["accuracy", accuracyText],
  ["training", ({ result }) => result?.training ? formatPercent(result.training.value) : dash],
  ["seconds", ({ result }) => result ? result.seconds.toFixed(0) : dash],
  ["finished", stateText],
];

const WHOLE: OutcomeLine[] = [
  ["state", ({ state }) => state],
  ["accuracy", (run) => run.result?.accuracy ? formatProportion(run.result.accuracy) : accuracyText(run)],
  ["training accuracy", ({ result }) => result?.training ? formatProportion(result.training) : dash],
  ["chance", ({ result }) => result?.chance === undefined ? dash : formatPercent(result.chance)],
  ["parameters", ({ result }) => `${result?.parameters ?? dash}`],
  ["epochs", ({ epochs, epochsWanted }) => `${epochs}${epochsWanted ? ` of ${epochsWanted}` : ""}`],
  ["seconds", ({ result }) => result ? result.seconds.toFixed(0) : dash],
  ["finished", stateText],
  ["engine", ({ result }) => result?.engine ?? dash],
  ["code", codeText],
  ["size", ({ bytes }) => sizeText(bytes)],
];

/** Runs side by side: fields that differ, outcomes, tests. */
export function comparisonText({ runs, fields, methods }: Comparison, width: number): string {
  const short = shortHashes(runs);
  const isBeside = runs.length <= BESIDE;
  const lines = [
    ["run", ...runs.map(short)],
    ...fields.map(({ name, values }) => [name, ...values.map((value) => `${value ?? dash}`)]),
    ...(isBeside ? WHOLE : BRIEF).map(([name, cell]) => [name, ...runs.map(cell)])
      .filter(([, ...cells]) => cells.some((cell) => cell !== dash)),
  ];
  const [header, ...rows] = isBeside ? lines : lines[0].map((_, column) => lines.map((line) => line[column]));
  const alike = runs.length > 1 && fields.length === 0
    ? ["Their experiments are alike: the datasets' manifests or the program had changed between them."]
    : [];
  const tests = runs.length > 1 ? [methodsText(methods, short, width)] : [];
  const faults = faultLines(runs);
  return [textTable(header, rows, width), ...alike, ...faults, ...tests].join("\n\n");
}

/** The methods beside the first. */
function methodsText(methods: readonly Method[], short: (run: RunSummary) => string, width: number): string {
  const name = ({ runs }: Method) => runs.map(short).join(", ");
  const rows = methods.map((method, i) => {
    const { runs, accuracy, contrast, reason } = method;
    const mean = accuracy &&
      (runs.length > 1 ? formatAccuracy(accuracy) : formatProportion(runs[0].result!.accuracy!));
    const beside = i === 0 ? dash : contrast ? formatDifference(contrast.difference) : `no test: ${reason}`;
    const discordant = [contrast?.onlyThis, contrast?.onlyFirst].map((count) => `${count ?? dash}`);
    return [name(method), mean ?? dash, beside, contrast ? formatP(contrast.p) : dash, ...discordant];
  });
  const header = ["runs", "accuracy", "less the first", "p", "only it is right", "only the first is right"];
  const contrasts = methods.flatMap(({ contrast }) => contrast ?? []);
  const corrected = contrasts.length > 1
    ? `, corrected by Holm's method for ${contrasts.length} comparisons`
    : "";
  const notes = [
    ...(methods.some(({ runs }) => runs.length > 1) ? ["Runs of one line differ in their seed alone."] : []),
    ...(contrasts.length > 0 ? [`p is two-sided${corrected}. Intervals: 95%, an image counts once.`] : []),
    ...(contrasts.some(({ test }) => test === "mcnemar")
      ? [
        `One seed each (McNemar's exact test): this tells runs apart, not methods. Name three seeds of each.`,
      ]
      : []),
  ];
  return [textTable(header, rows, width), ...notes].join("\n");
}

/** A comparison as a plain object: the runs, the fields that differ, and the methods by their hashes. */
export function comparisonObject({ runs, fields, methods }: Comparison) {
  const hashes = (group: readonly RunSummary[]) => group.map(({ hash }) => hash);
  return {
    runs: runs.map(runObject),
    fields,
    methods: methods.map(({ runs, ...rest }) => ({ runs: hashes(runs), ...rest })),
  };
}
