/** Trainings on the card against the same on the CPU: losses, first gradients, bits of a second run. */
import { besideModule } from "../../disk/mod.ts";
import { type Answering, ownProgram, startAnswering, type Starting } from "../process.ts";
import type { EqualityOutcome, EqualityWork } from "./equality_step.ts";
import {
  environmentOf,
  type EqualityCase,
  type GpuContext,
  type GpuRow,
  recipePrecision,
  type SpeedSubject,
} from "./plan.ts";

type CardPrecision = SpeedSubject["precision"];

/** Numbers of one training. */
export interface EqualityNumbers {
  losses: ArrayLike<number>;
  gradient: ArrayLike<number>;
}

/** How far two trainings are from each other. */
export interface Distance {
  /** Whether they are the same but for rounding, as {@link LIMITS} has it. */
  equal: boolean;
  /** Greatest difference of losses and of gradients, relative to the greatest value. */
  loss_distance: number;
  gradient_distance: number;
  /** Of the angle between the gradients. */
  gradient_cosine: number;
}

/**
 * What is the same but for rounding. Distances are relative to the greatest value.
 *
 * - float32: sums of some thousand products in another order differ by 1e-5; batch norms over few values and
 *   three steps of AdamW, which divides by the gradient's size, make that 1e-3 at most.
 * - tf32: products have 10 bits, 1e-3 each, and some ten layers are in a row.
 * - bfloat16: 8 bits. Single values of a gradient differ by a tenth of the greatest, so that its direction is
 *   compared; losses are means of a batch and differ less.
 */
export const LIMITS: Record<CardPrecision, { losses: number; gradient?: number; cosine?: number }> = {
  float32: { losses: 2e-3, gradient: 2e-3 },
  tf32: { losses: 5e-2, gradient: 5e-2 },
  bfloat16: { losses: 5e-2, cosine: 0.98 },
};

function distanceOf(got: ArrayLike<number>, want: ArrayLike<number>) {
  if (got.length !== want.length) return { worst: Infinity, cosine: 0 };
  let [most, scale, dot, a, b] = [0, 0, 0, 0, 0];
  for (let i = 0; i < want.length; i++) {
    most = Math.max(most, Math.abs(got[i] - want[i])); // NaN stays
    scale = Math.max(scale, Math.abs(want[i]));
    dot += got[i] * want[i];
    a += got[i] ** 2;
    b += want[i] ** 2;
  }
  return { worst: most / scale, cosine: dot / Math.sqrt(a * b) };
}

/** Compares the numbers of a training with those that it should have. What is no number is unequal. */
export function compare(got: EqualityNumbers, want: EqualityNumbers, precision: CardPrecision): Distance {
  const [losses, gradient] = [distanceOf(got.losses, want.losses), distanceOf(got.gradient, want.gradient)];
  const limits = LIMITS[precision];
  const equal = losses.worst <= limits.losses && gradient.worst <= (limits.gradient ?? Infinity) &&
    gradient.cosine >= (limits.cosine ?? 0);
  return {
    equal,
    loss_distance: losses.worst,
    gradient_distance: gradient.worst,
    gradient_cosine: gradient.cosine,
  };
}

type Numbers = EqualityNumbers & Pick<EqualityOutcome, "same_bits" | "device">;

/** Runs cases one by one in a process; a new one where a case has ended it. */
class Side implements AsyncDisposable {
  readonly #starting: Starting;
  readonly #work: Pick<EqualityWork, "precision" | "twice">;
  readonly #folder: string;
  readonly #known = new Map<string, Promise<Numbers>>();
  #process: Answering | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param folder its own, for gradients */
  constructor(work: Pick<EqualityWork, "precision" | "twice">, starting: Starting, folder: string) {
    [this.#work, this.#starting, this.#folder] = [work, starting, folder];
    Deno.mkdirSync(folder);
  }

  /** The numbers of a case, which is run once, after those that were asked for before. */
  run(subject: EqualityCase): Promise<Numbers> {
    const known = this.#known.get(subject.model);
    if (known) return known;
    const made = this.#turn.then(() => this.#run(subject));
    this.#turn = made.catch(() => {});
    this.#known.set(subject.model, made);
    return made;
  }

  async #run(subject: EqualityCase): Promise<Numbers> {
    this.#starting.signal?.throwIfAborted();
    const file = `${this.#folder}/${subject.model}`;
    const program = besideModule(import.meta.url, "./equality_step.ts");
    this.#process ??= startAnswering(ownProgram(program), "the training", this.#starting);
    try {
      const work: EqualityWork = { ...subject, ...this.#work, file };
      const outcome: EqualityOutcome = await this.#process.ask(JSON.stringify(work));
      return { ...outcome, gradient: new Float32Array((await Deno.readFile(file)).buffer) };
    } catch (error) {
      await this.#end();
      throw error;
    }
  }

  async #end() {
    await this.#process?.close();
    this.#process = undefined;
  }

  async [Symbol.asyncDispose]() {
    await this.#turn;
    await this.#end();
  }
}

/**
 * A row for every network and precision, as soon as it is there. The precisions go side by side: most of the
 * time is compiling. A case that ends its process, or is not equal, is a row.
 */
export async function* equalityRows({ plan, signal }: GpuContext): AsyncGenerator<GpuRow> {
  const folder = await Deno.makeTempDir();
  await using sides = new AsyncDisposableStack();
  sides.defer(() => Deno.remove(folder, { recursive: true }));
  const hidden: Starting = { env: { CUDA_VISIBLE_DEVICES: "" }, signal, quotes: true };
  const references = {
    float32: sides.use(new Side({ precision: "float32", twice: false }, hidden, `${folder}/cpu32`)),
    bfloat16: sides.use(new Side({ precision: "bfloat16", twice: false }, hidden, `${folder}/cpu16`)),
  };
  const pending = new Map<string, Promise<[string, GpuRow]>>();
  for (const precision of plan.precisions) {
    const starting: Starting = { env: environmentOf(precision), signal, quotes: true };
    const work = { precision: recipePrecision(precision), twice: true };
    const card = sides.use(new Side(work, starting, `${folder}/${precision}`));
    for (const subject of plan.equality) {
      const name = `${subject.model} ${precision}`;
      const row = rowOf(subject, precision, card, references[work.precision]);
      pending.set(name, row.then((row) => [name, row]));
    }
  }
  while (pending.size > 0) {
    const [name, row] = await Promise.race(pending.values());
    pending.delete(name);
    if (signal.aborted && "error" in row) continue; // it was cut, which is no result
    yield row;
  }
}

async function rowOf(
  subject: EqualityCase,
  precision: CardPrecision,
  card: Side,
  reference: Side,
): Promise<GpuRow> {
  const { model, image, batch } = subject;
  const row = { part: "equality", model, precision, image, batch } as const;
  const [want, got] = await Promise.allSettled([reference.run(subject), card.run(subject)]);
  const failed = [["CPU", want], ["card", got]] as const;
  const errors = failed.flatMap(([where, side]) =>
    side.status === "rejected" ? [`${where}: ${side.reason.message}`] : []
  );
  if (want.status === "rejected" || got.status === "rejected") {
    return { ...row, equal: false, error: errors.join("; ") };
  }
  if (!want.value.device.startsWith("CPU")) errors.push(`the reference was computed on ${want.value.device}`);
  return {
    ...row,
    ...compare(got.value, want.value, precision),
    device: got.value.device,
    same_bits: got.value.same_bits,
    losses: Array.from(got.value.losses),
    cpu_losses: Array.from(want.value.losses),
    error: errors.length > 0 ? errors.join("; ") : null,
  };
}
