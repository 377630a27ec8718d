/** The plan of a sweep: what it takes before it begins, on this machine and on others. */
import { openPools, readManifest } from "../data/mod.ts";
import { type AnyExperiment, run } from "../experiments/mod.ts";
import { createModel } from "../models/mod.ts";
import { isOnGpu, startEngine, tf } from "../tensorflow/mod.ts";
import {
  classifierRule,
  createState,
  makePredictor,
  paperRecipe,
  Stepper,
  trialInput,
} from "../train/mod.ts";
import { type Network, type Work, workOf } from "./work.ts";

/** Devices of one kind. An experiment is on one of them: none is spread over several. */
interface Machines {
  name: string;
  devices: number;
  /** Whether they are cards, or each the cores of this machine. */
  isCard: boolean;
}

/** A part of a plan: a table of the paper, a sweep file, one experiment. */
export interface PlanRow {
  what: string;
  /** Those that they need included. */
  experiments: number;
  steps: number;
  samples: number;
  flops: number;
  /** Bytes of records, and beside them of the largest run's checkpoints. */
  disk: number;
  /** Hours by the name of the machines. */
  hours: Record<string, number>;
}

/** The speed of one network in a plan. */
export interface PlanRate {
  network: Network;
  here: Rate;
  card: Rate;
}

/** Everything that is known of a sweep before it begins. */
export interface Plan {
  rows: PlanRow[];
  rates: PlanRate[];
}

/** What a plan is made from, beside experiments. */
export interface PlanOptions {
  /** Training images a second on this machine's device, by the model's name; others are measured. */
  given?: Readonly<Record<string, number>>;
  /** Images of ConvNeXt-T at 224 px that a card trains in a second. Default: an H100's. */
  cardRate?: number;
  /** Whether hours of this machine and its like are planned; if not, nothing is measured. Default: true. */
  here?: boolean;
  /** Told of each network before it is measured. */
  onMeasure?: (network: Network) => void;
  /** The measurement. Default: {@link measureRate}. */
  measure?: (work: Work & { network: Network }) => Promise<Rate>;
}

/** Seconds before and after a run whose rate is given. */
const USUAL_OVERHEAD = 5;
/** Forward passes that take as long as a training step, about. */
const FORWARD = 3;

/**
 * Plans experiments. Steps, images, FLOPs and bytes follow from their descriptions; hours from rates. The
 * pools of images are not counted, nor what a shared file system or a slow input costs.
 *
 * @param groups experiments by name: the tables of the paper, sweep files
 * @returns a row for each group, and one for all of them, each experiment counted once
 * @throws {Error} for a given rate of a network that no experiment has
 */
export async function planOf(
  groups: Readonly<Record<string, readonly AnyExperiment[]>>,
  { given = {}, cardRate, here: isHere = true, onMeasure, measure = measureRate }: PlanOptions = {},
): Promise<Plan> {
  const works = Object.entries(groups).map(([what, experiments]) => ({ what, works: workOf(experiments) }));
  if (works.length > 1) {
    works.push({ what: "all, each once", works: workOf(Object.values(groups).flat()) });
  }
  const names = new Set(works.flatMap(({ works }) => works.flatMap(({ network }) => network?.name ?? [])));
  const unknown = Object.keys(given).find((name) => !names.has(name));
  if (unknown !== undefined) {
    const known = [...names].join(", ") || "none";
    throw new Error(`A rate is given of "${unknown}", which is not planned. Networks here: ${known}.`);
  }
  const rates = new Map<string, PlanRate>();
  const rateHere = async (work: Work, network: Network): Promise<Rate> => {
    const train = given[network.name];
    if (train !== undefined) {
      return { train, evaluate: FORWARD * train, overhead: USUAL_OVERHEAD, by: "given" };
    }
    onMeasure?.(network);
    return await measure({ ...work, network });
  };
  for (const work of works.flatMap(({ works }) => works)) {
    const { network } = work;
    if (!network || rates.has(network.key)) continue;
    const card = rateOnCard(network, cardRate);
    const here = isHere ? await rateHere(work, network) : card;
    rates.set(network.key, { network, here, card });
  }
  const machines = machinesHere().filter(({ isCard }) => isHere || isCard);
  const rows = works.map(({ what, works }) => rowOf(what, works, rates, machines));
  return { rows, rates: [...rates.values()] };
}

/** Speed of a network on one device. */
interface Rate {
  /** Training images a second, once it runs. */
  train: number;
  /** Images a second that only go forward. */
  evaluate: number;
  /** Seconds until it runs, and after its end. */
  overhead: number;
  /**
   * Where it is from. `trial`: two short epochs of the experiment itself, on its images. `steps`: steps on
   * noise, a few images each. `given`: by the user. `assumed`: from a card that was measured, by FLOPs.
   */
  by: "trial" | "steps" | "given" | "assumed";
}

/** FLOPs that a trial or some steps may take: about 10 s on two cores. */
const MOST_FLOPS = 2e12;
/** Least and most steps of an epoch of a trial. */
const [LEAST_STEPS, MOST_STEPS] = [12, 96];

/** The speed of an experiment's network on this machine's device, as it is now: other work slows it. */
async function measureRate({ experiment, network }: Work & { network: Network }): Promise<Rate> {
  await startEngine();
  const trial = trialOf(experiment, network);
  return trial ? await timeTrial(trial) : await timeSteps(network);
}

/** An experiment with an epoch of a few seconds, of which two are trained. */
type Trial = Extract<AnyExperiment, { kind: "classifier" | "pretraining" }>;

/** @returns undefined where it would take long, or has to download images first */
function trialOf(experiment: AnyExperiment, { forward, batchSize }: Network): Trial | undefined {
  if (experiment.kind !== "classifier" && experiment.kind !== "pretraining") return undefined;
  const names = experiment.datasets.flatMap((name) => name.split(/[#@]/)[0].split("+"));
  if (!names.every((name) => "package" in readManifest(name).source)) return undefined;
  const ofStep = 6 * forward * batchSize;
  const steps = Math.min(MOST_STEPS, Math.floor(MOST_FLOPS / 2 / ofStep));
  if (steps < LEAST_STEPS) return undefined;
  const { recipe } = experiment;
  const samplesPerEpoch = Math.min(steps, Math.floor(recipe.samplesPerEpoch / recipe.batchSize)) *
    recipe.batchSize;
  const shortened = { ...recipe, epochs: Math.max(2, recipe.epochs), stopAfter: 2, samplesPerEpoch };
  return { ...experiment, recipe: shortened } as Trial;
}

async function timeTrial(trial: Trial): Promise<Rate> {
  (await openPools(trial.datasets))[Symbol.dispose](); // made now, if they are missing
  const runs = await Deno.makeTempDir();
  try {
    const begun = performance.now();
    const { epochs: [first, second] } = await run(trial, { runs });
    const wall = (performance.now() - begun) / 1000;
    const train = trial.recipe.samplesPerEpoch / second.trainSeconds!;
    const evaluation = second.seconds - second.trainSeconds!;
    const validation = trial.kind === "classifier" ? trial.datasets.length * trial.validationPerDataset : 0;
    const evaluate = validation > 0 ? validation / evaluation : FORWARD * train;
    const onTraining = trial.kind === "classifier" ? trial.datasets.length * trial.imagesPerDataset : 0;
    const compiling = Math.max(0, first.trainSeconds! - second.trainSeconds!);
    const outside = wall - first.seconds - second.seconds - onTraining / evaluate;
    return { train, evaluate, overhead: compiling + Math.max(0, outside), by: "trial" };
  } finally {
    await Deno.remove(runs, { recursive: true });
  }
}

/** Steps on noise; of an autoencoder those of its encoder, scaled by FLOPs. */
async function timeSteps(network: Network): Promise<Rate> {
  const { classes, imageSize, precision, forward, forwardOfModel, batchSize } = network;
  const model = createModel(network.model, classes, imageSize);
  const fitting = Math.floor(MOST_FLOPS / 16 / (6 * forwardOfModel)); // of one of some five steps;
  const B = Math.max(2, Math.min(batchSize, 64, fitting));
  const recipe = { ...paperRecipe, precision };
  const noise = tf.randomUniform<tf.Rank.R4>([B, imageSize, imageSize, 3], 0, 255, "float32", 1);
  const input = trialInput(model, noise);
  const stepper = new Stepper(classifierRule(model, recipe), createState(model, recipe, 0));
  const predict = makePredictor(model, precision);
  try {
    const predicted = async () => {
      const rows = await predict(stepper.state, input.pixels);
      await rows.data();
      rows.dispose();
    };
    const first = await seconds(() => stepper.take(input));
    await predicted();
    const step = await fastest(() => stepper.take(input));
    const pass = await fastest(predicted);
    const scale = forwardOfModel / forward;
    return { train: scale * B / step, evaluate: B / pass, overhead: first, by: "steps" };
  } finally {
    tf.dispose(input as tf.TensorContainer);
    stepper.dispose();
    predict.dispose();
  }
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

/** The least of three times. */
async function fastest(work: () => Promise<unknown>): Promise<number> {
  const times = [];
  for (let i = 0; i < 3; i++) times.push(await seconds(work));
  return Math.min(...times);
}

/** Rate of ConvNeXt-T at 224 px in bfloat16 on an H100, images a second, and its multiply-adds. */
const MEASURED_CARD = { rate: 3175, forward: 4.46e9 };

/** Seconds that a step takes on a card at least: the calls of a small network's many operations. */
const LEAST_STEP = 0.01;

/** The rate of a network on a card of which ConvNeXt-T's is known. */
function rateOnCard(
  { forward, forwardOfModel, batchSize }: Network,
  rate = MEASURED_CARD.rate,
): Rate {
  const macs = rate * MEASURED_CARD.forward; // of forward passes that are trained on, a second
  const most = batchSize / LEAST_STEP;
  return {
    train: Math.min(most, macs / forward),
    evaluate: FORWARD * Math.min(most, macs / forwardOfModel),
    overhead: 30,
    by: "assumed",
  };
}

/** This machine and machines like it, and cards. */
function machinesHere(): Machines[] {
  const cards = [1, 8, 64].map((devices) => ({
    name: devices > 1 ? `${devices} GPUs` : "1 GPU", // 64: eight nodes of eight
    devices,
    isCard: true,
  }));
  if (isOnGpu()) return cards.map((machines) => ({ ...machines, isCard: false })); // as measured
  const cores = `${navigator.hardwareConcurrency} cores`;
  const own = [{ name: cores, devices: 1 }, { name: `8 nodes of ${cores}`, devices: 8 }];
  return [...own.map((one) => ({ ...one, isCard: false })), ...cards];
}

function rowOf(
  what: string,
  works: readonly Work[],
  rates: ReadonlyMap<string, PlanRate>,
  machines: readonly Machines[],
): PlanRow {
  const sum = (field: "steps" | "samples" | "flops" | "kept") =>
    works.reduce((total, work) => total + work[field], 0);
  const hoursOn = ({ devices, isCard }: Machines) =>
    makespan(works.map((work) => secondsOf(work, rates, isCard)), devices) / 3600;
  return {
    what,
    experiments: works.length,
    steps: sum("steps"),
    samples: sum("samples"),
    flops: sum("flops"),
    disk: sum("kept") + Math.max(0, ...works.map(({ checkpoints }) => checkpoints)),
    hours: Object.fromEntries(machines.map((machine) => [machine.name, hoursOn(machine)])),
  };
}

function secondsOf(
  { samples, evaluated, network }: Work,
  rates: ReadonlyMap<string, PlanRate>,
  isCard: boolean,
) {
  if (!network) return 0;
  const { here, card } = rates.get(network.key)!;
  const { train, evaluate, overhead } = isCard ? card : here;
  return overhead + samples / train + evaluated / evaluate;
}

/** Time until all are done, where each next longest goes to the device that is free first. */
export function makespan(times: readonly number[], devices: number): number {
  const busy = new Array<number>(devices).fill(0);
  for (const time of times.toSorted((a, b) => b - a)) busy[busy.indexOf(Math.min(...busy))] += time;
  return Math.max(...busy);
}

const SIZES = ["", " thousand", " million", " billion"];

/** "384 million" */
function amount(value: number): string {
  const power = value < 1000 ? 0 : Math.min(3, Math.floor(Math.log10(value) / 3));
  return `${Number((value / 1000 ** power).toPrecision(3))}${SIZES[power]}`;
}

/** "12 s", "3.4 min", "5.1 h", "17 days" */
function time(hours: number): string {
  const [value, unit] = hours < 1 / 60
    ? [3600 * hours, "s"]
    : hours < 1
    ? [60 * hours, "min"]
    : hours < 48
    ? [hours, "h"]
    : [hours / 24, "days"];
  return `${value < 10 ? Number(value.toPrecision(2)) : Math.round(value)} ${unit}`;
}

/** A plan's rows in words, for a table. */
export function planRows({ rows }: Plan): Record<string, string>[] {
  return rows.map(({ what, experiments, steps, samples, flops, disk, hours }) => ({
    what,
    runs: `${experiments}`,
    steps: amount(steps),
    images: amount(samples),
    FLOPs: flops.toExponential(1),
    "disk, GB": (disk / 1e9).toPrecision(2),
    ...Object.fromEntries(Object.entries(hours).map(([name, value]) => [name, time(value)])),
  }));
}
