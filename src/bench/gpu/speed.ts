/** Images a second of the training step on a card, at the fastest batch size, beside PyTorch. */
import { besideModule } from "../../disk/mod.ts";
import { configOf, type Contestant, startContestant, startOurs } from "../contestants.ts";
import { median } from "../process.ts";
import { watchCard } from "./card.ts";
import {
  environmentOf,
  type GpuContext,
  type GpuPlan,
  type GpuRow,
  recipePrecision,
  type SpeedSubject,
} from "./plan.ts";

const ROUNDS = 3, WARM_UP = 3;

/** Least gain of a batch twice as large with which it goes on. */
const LEAST_GAIN = 0.03;

/** Images a second: the median of the rounds, after steps that are not timed. */
export async function rateOf(contestant: Contestant, batch: number, seconds: number): Promise<number> {
  await contestant.time("train", WARM_UP);
  const step = await contestant.time("train", 2) / 2;
  const count = Math.max(1, Math.round(seconds / step));
  const rates = [];
  for (let round = 0; round < ROUNDS; round++) {
    rates.push(count * batch / await contestant.time("train", count));
  }
  return median(rates);
}

/** A batch size that was tried. */
export interface Tried {
  batch: number;
  /** Images a second. */
  rate: number;
  /** Seconds of the first step with it. */
  first_step: number;
  /** Memory on the card beyond what was taken before the process began, MB. */
  card_mb: number | null;
  /** PyTorch's own figures: peaks in tensors, and taken. */
  allocated?: number;
  reserved?: number;
}

/** The outcome of looking for the fastest batch size. */
export interface Search {
  tried: Tried[];
  parameters: number;
  /** Why no larger one was tried. */
  stopped: "little gain" | "memory full" | "largest size" | "error";
  error?: string;
}

/** The fastest of those that were tried. */
export const fastest = ({ tried }: Pick<Search, "tried">): Tried | undefined =>
  tried.reduce<Tried | undefined>((best, each) => best && best.rate >= each.rate ? best : each, undefined);

/**
 * Tries batch sizes upwards, until one gains little or does not fit. Where the first does not fit, those
 * below it are tried, each in a process of its own. A process that ends early ends the search, with its
 * message.
 */
export async function searchBatch(
  start: () => Promise<Contestant>,
  sizes: readonly number[],
  seconds: number,
  below: readonly number[] = [],
): Promise<Search> {
  const found: Search = { tried: [], parameters: 0, stopped: "largest size" };
  try {
    const grown = await watchCard();
    await using contestant = await start();
    found.parameters = contestant.parameters;
    for (const batch of sizes) {
      const last = found.tried.at(-1);
      const began = await contestant.resize(batch);
      if (began.full !== undefined) {
        found.stopped = "memory full";
        break;
      }
      const rate = await rateOf(contestant, batch, seconds);
      const { allocated, reserved } = await contestant.memory();
      const { first_step } = began;
      found.tried.push({ batch, rate, first_step, card_mb: await grown(), allocated, reserved });
      console.error(`  batch ${batch}: ${Math.round(rate)} images/s`);
      if (last && rate < last.rate * (1 + LEAST_GAIN)) {
        found.stopped = "little gain";
        break;
      }
    }
  } catch (error) {
    return { ...found, stopped: "error", error: (error as Error).message };
  }
  const smaller = below.at(-1);
  if (found.tried.length > 0 || smaller === undefined) return found;
  return await searchBatch(start, [smaller], seconds, below.slice(0, -1));
}

/**
 * The sizes to try. After a first search that of another network or precision begins one below its result.
 */
function sizesFor({ plan, batch, best }: GpuContext, subject: SpeedSubject) {
  const only = subject.batch ?? batch;
  if (only !== undefined) return { sizes: [only], below: [] };
  const known = best.get(subject.model) ?? [...best.values()][0];
  const first = known === undefined ? 0 : Math.max(0, plan.sizes.indexOf(known) - 1);
  return { sizes: plan.sizes.slice(first), below: plan.sizes.slice(0, first) };
}

const networkOf = ({ model, change, image, classes }: SpeedSubject) => ({
  model,
  change,
  image,
  classes,
  batch: 0,
});

/** Starts ours on the card; `free` without op determinism. */
function startOnCard({ signal }: GpuContext, subject: SpeedSubject, batch = 0, free = false) {
  const env = { ...environmentOf(subject.precision), ...(free ? { TF_DETERMINISTIC_OPS: "0" } : {}) };
  const starting = { env, signal, quotes: true };
  return startOurs({ ...networkOf(subject), batch }, recipePrecision(subject.precision), starting);
}

/** Starts PyTorch on the card. */
function startPyTorch(
  context: GpuContext,
  subject: SpeedSubject,
  mode: string,
  batch = 0,
  within?: AbortSignal,
) {
  const { python, device } = context.pytorch!;
  const program = besideModule(import.meta.url, "../pytorch_step.py");
  const config = { ...configOf(networkOf(subject)), batch, mode, device };
  return startContestant([python, program], config, { signal: within ?? context.signal, quotes: true });
}

/** The step by `torch.compile`, at one batch size and for a limited time. */
async function compiledPyTorch(context: GpuContext, subject: SpeedSubject, batch: number): Promise<Search> {
  const { plan, signal } = context;
  const within = AbortSignal.any([signal, AbortSignal.timeout(plan.compileLimit * 1000)]);
  const start = async () => {
    const contestant = await startPyTorch(context, subject, `${subject.precision}+compile`, batch, within);
    const { first_step } = contestant; // compiled for this size
    return { ...contestant, resize: () => Promise.resolve({ first_step }) };
  };
  const found = await searchBatch(start, [batch], plan.seconds);
  if (!found.error || signal.aborted) return found;
  return { ...found, error: within.aborted ? `not within ${plan.compileLimit} s` : found.error };
}

const whole = (value: number | undefined) => value === undefined ? null : Math.round(value);

/** The columns of one of PyTorch's modes. */
const pytorchColumns = (mode: string, reached: Tried | undefined) => ({
  pytorch: reached?.rate ?? null,
  pytorch_mode: reached ? mode : null,
  pytorch_batch: reached?.batch ?? null,
  pytorch_first_step_s: reached?.first_step ?? null,
  pytorch_allocated_mb: whole(reached?.allocated),
  pytorch_reserved_mb: whole(reached?.reserved),
});

/** PyTorch's figures beside ours: of the same precision; of bfloat16 the better of eager and compiled. */
async function besidePyTorch(context: GpuContext, subject: SpeedSubject, ours: Search): Promise<object> {
  if (!context.pytorch) return pytorchColumns("", undefined);
  const { sizes, below } = sizesFor(context, subject);
  const start = () => startPyTorch(context, subject, subject.precision);
  const eager = await searchBatch(start, sizes, context.plan.seconds, below);
  const reached = fastest(eager);
  const columns = pytorchColumns("eager", reached);
  if (ours.parameters !== 0 && eager.parameters !== 0 && eager.parameters !== ours.parameters) {
    const error = `not the same network: ${ours.parameters} and ${eager.parameters} parameters`;
    return { ...columns, pytorch_error: error };
  }
  const isCompiled = subject.precision === "bfloat16" && reached;
  const compiled = isCompiled ? await compiledPyTorch(context, subject, reached.batch) : undefined;
  const quick = compiled && fastest(compiled);
  const isBetter = quick && quick.rate > reached!.rate;
  const [best, rate] = [isBetter ? quick : reached, fastest(ours)?.rate];
  return {
    ...(isBetter ? pytorchColumns("compiled", quick) : columns),
    pytorch_eager: reached?.rate ?? null,
    pytorch_compiled: quick?.rate ?? null,
    ratio_to_pytorch: rate && best ? rate / best.rate : null,
    pytorch_error: eager.error ?? (compiled?.error ? `torch.compile: ${compiled.error}` : null),
  };
}

/** The speed of one network in one precision: ours, then the same row again with PyTorch's beside it. */
export async function* speedRows(
  context: GpuContext,
  subject: SpeedSubject,
  part: "speed" | "other_speeds",
): AsyncGenerator<GpuRow> {
  const { plan, best, signal } = context;
  const { sizes, below } = sizesFor(context, subject);
  const ours = await searchBatch(() => startOnCard(context, subject), sizes, plan.seconds, below);
  const reached = fastest(ours);
  if (signal.aborted && !reached) return; // it was cut before there was a figure
  const row: GpuRow = {
    part,
    model: subject.model,
    precision: subject.precision,
    image: subject.image,
    parameters: ours.parameters,
    images_per_second: reached?.rate ?? null,
    batch: reached?.batch ?? null,
    tried: ours.tried.map(({ batch, rate }) => `${batch}: ${Math.round(rate)}`),
    stopped: ours.stopped,
    first_step_s: ours.tried[0]?.first_step ?? null,
    card_mb: reached?.card_mb ?? null,
    error: ours.error ?? null,
  };
  console.error(JSON.stringify(row));
  if (reached && subject.batch === undefined && !best.has(subject.model)) {
    best.set(subject.model, reached.batch);
  }
  yield { ...row, ...await besidePyTorch(context, subject, ours) };
}

/** What op determinism costs: the same step with and without it, in turn. */
export async function* determinismRows(context: GpuContext, subject: SpeedSubject): AsyncGenerator<GpuRow> {
  const { plan, best } = context;
  const { model, precision, image } = subject;
  const batch = subject.batch ?? context.batch ?? best.get(model) ?? plan.usualBatch;
  const row = { part: "determinism", model, precision, image, batch } as const;
  const measure = async (free: boolean) => {
    await using contestant = await startOnCard(context, subject, batch, free);
    return await rateOf(contestant, batch, plan.seconds);
  };
  const deterministic = await measure(false);
  const free = await measure(true);
  yield { ...row, deterministic, free, cost: 1 - deterministic / free };
}

/** Whether memory stays where it is: on the card and resident, after few and after many steps. */
export async function* growthRows(context: GpuContext, { growth }: GpuPlan): AsyncGenerator<GpuRow> {
  const { subject, steps: [few, many] } = growth;
  const grown = await watchCard();
  await using contestant = await startOnCard(context, { ...subject, precision: "float32" }, subject.batch);
  const measure = async (count: number) => {
    await contestant.time("train", count);
    return { card: await grown(), resident: Math.round((await contestant.memory()).resident!) };
  };
  const first = await measure(few);
  const last = await measure(many - few);
  yield {
    part: "growth",
    model: subject.model,
    batch: subject.batch,
    few_steps: few,
    many_steps: many,
    card_mb_after_few: first.card,
    card_mb_after_many: last.card,
    resident_mb_after_few: first.resident,
    resident_mb_after_many: last.resident,
  };
}
