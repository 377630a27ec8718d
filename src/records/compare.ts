/** Runs side by side: in what they differ, and whether their accuracies do. */
import { RunFolder } from "../experiments/mod.ts";
import {
  contrastOfRuns,
  type Estimate,
  holm,
  mcnemar,
  meanAccuracy,
  type Outcomes,
  pAbove,
  pBelow,
} from "../stats/mod.ts";
import { fieldsOf, type FieldValue } from "./facets.ts";
import type { RunSummary } from "./summary.ts";

/** A field of experiments. */
export interface ComparedField {
  /** Its path: `recipe.learningRate`. */
  name: string;
  /** Its value in each run; undefined where a run's experiment has no such field. */
  values: (FieldValue | undefined)[];
}

/** How a method's accuracy differs from that of the first. */
export interface Contrasted {
  /** Its accuracy less the first's, on the same images. */
  difference: Estimate;
  /** Two-sided; corrected by Holm's method over the comparisons. */
  p: number;
  /**
   * `mcnemar`: one run each, McNemar's exact test of the images that only one of them gets right. `seeds`:
   * several seeds each, Student's t with the luck of images and of seeds; see `contrastOfRuns`.
   */
  test: "mcnemar" | "seeds";
  /** Of McNemar's test: numbers of images that only this run, and only the first, gets right. */
  onlyThis?: number;
  onlyFirst?: number;
}

/** Runs that differ in nothing but their seed. */
export interface Method {
  /** In the order of their seeds. */
  runs: RunSummary[];
  /** Mean accuracy over them; absent where one of them has no predictions that can be read. */
  accuracy?: Estimate;
  /** Absent for the first method, and where no test can be made. */
  contrast?: Contrasted;
  /** Why no test can be made. */
  reason?: string;
}

/** Some runs side by side. */
export interface Comparison {
  runs: readonly RunSummary[];
  /** The fields in which their experiments differ; of a single run, all. */
  fields: ComparedField[];
  /** In the order of their first runs. */
  methods: Method[];
}

/**
 * Compares runs of any kind. Each method is compared with that of the first run, where both were judged on
 * the same images.
 *
 * @param runs one or more
 * @param root folder of the records
 */
export async function compareRuns(runs: readonly RunSummary[], root: string): Promise<Comparison> {
  const judged = new Map<RunSummary, Judged>();
  for (const run of runs) judged.set(run, await judgedOf(run, root));
  const methods = methodsOf(runs).map((group): Method => {
    const faults = group.map((run) => judged.get(run)!).filter((each) => typeof each === "string");
    if (faults.length > 0) return { runs: group, reason: faults[0] };
    return { runs: group, accuracy: meanAccuracy(outcomesIn(group, judged)) };
  });
  const [first, ...others] = methods;
  for (const other of others) {
    if (!first.accuracy) other.reason = first.reason;
    else if (other.accuracy) Object.assign(other, contrasted(other.runs, first.runs, judged));
  }
  const tested = others.map(({ contrast }) => contrast).filter((contrast) => contrast !== undefined);
  holm(tested.map(({ p }) => p)).forEach((p, i) => tested[i].p = p);
  return { runs, fields: comparedFields(runs), methods };
}

/** The outcomes of a run, or why they are not there. */
type Judged = Outcomes | string;

async function judgedOf({ hash, state, fault, result }: RunSummary, root: string): Promise<Judged> {
  const name = hash.slice(0, 8);
  if (state !== "finished") return `${name} is ${fault ? `damaged: ${fault}` : state}`;
  if (!result?.accuracy) return `${name} predicts nothing`;
  const { n } = result.accuracy;
  try {
    const { outcomes } = (await new RunFolder(hash, root).record())!;
    if (outcomes.images.length === n) return outcomes;
    return `predictions.jsonl of ${name} has ${outcomes.images.length} of ${n} images`;
  } catch (error) {
    return `predictions.jsonl of ${name} cannot be read (${(error as Error).message})`;
  }
}

function outcomesIn(runs: readonly RunSummary[], judged: ReadonlyMap<RunSummary, Judged>): Outcomes[] {
  return runs.map((run) => judged.get(run) as Outcomes);
}

/** Groups of runs that differ in their seed alone; runs with one and the same seed are not of one group. */
function methodsOf(runs: readonly RunSummary[]): RunSummary[][] {
  const times = new Map<string, number>();
  const groups = Map.groupBy(runs, ({ hash, experiment, seed }) => {
    if (!experiment) return hash;
    const rest = JSON.stringify(fieldsOf(experiment).filter(([name]) => !/(^|\.)seed$/.test(name)).sort());
    const time = times.get(`${seed} ${rest}`) ?? 0;
    times.set(`${seed} ${rest}`, time + 1);
    return `${time} ${rest}`;
  });
  return [...groups.values()].map((group) => group.toSorted((a, b) => (a.seed ?? 0) - (b.seed ?? 0)));
}

function contrasted(
  runs: readonly RunSummary[],
  first: readonly RunSummary[],
  judged: ReadonlyMap<RunSummary, Judged>,
): Pick<Method, "contrast" | "reason"> {
  const [own, others] = [outcomesIn(runs, judged), outcomesIn(first, judged)];
  if (runs[0].result?.chance !== first[0].result?.chance) return { reason: "chance differs" };
  const isShared = own.some((outcomes) => others.some((other) => isSameImages(outcomes, other)));
  if (isShared && own.length !== others.length) {
    return { reason: `${own.length} and ${others.length} seeds; name as many of each` };
  }
  const isPaired = own.length === others.length &&
    own.every((outcomes, i) => isSameImages(outcomes, others[i]));
  if (!isPaired) return { reason: "judged on different images" };
  const difference = contrastOfRuns([own, others], [1, -1]);
  if (own.length > 1) {
    const p = 2 * Math.min(pAbove(difference), pBelow(difference));
    return { contrast: { difference, p: Math.min(1, p), test: "seeds" } };
  }
  const { p, onlyFirst: onlyThis, onlySecond: onlyFirst } = mcnemar(own[0], others[0]);
  const twoSided = Math.min(1, 2 * Math.min(p, mcnemar(own[0], others[0], "less").p));
  return { contrast: { difference, p: twoSided, test: "mcnemar", onlyThis, onlyFirst } };
}

function isSameImages(a: Outcomes, b: Outcomes): boolean {
  const images = new Set(a.images);
  return a.images.length === b.images.length && b.images.every((image) => images.has(image));
}

/** The fields in which experiments differ, in their order; of a single experiment, all. */
function comparedFields(runs: readonly RunSummary[]): ComparedField[] {
  const each = runs.map(({ experiment }) => new Map(experiment && fieldsOf(experiment)));
  const names = [...new Set(each.flatMap((fields) => [...fields.keys()]))];
  const fields = names.map((name) => ({ name, values: each.map((fields) => fields.get(name)) }));
  return runs.length === 1 ? fields : fields.filter(({ values }) => new Set(values).size > 1);
}
