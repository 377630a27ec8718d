/**
 * Threads that make batches ahead of the time when they are needed, so that a training step does not wait for
 * them.
 */
import { availableParallelism, totalmem } from "node:os";
import type { SourceDescription, WorkerMessage, WorkerReply } from "./worker.ts";
import {
  type Batch,
  type BatchSource,
  type TrainingBatches,
  trainingBatches,
  type TrainingSource,
  type ValidationBatches,
  validationBatches,
} from "./batches.ts";

/** How many threads, how far ahead. */
interface BatchWorkersOptions {
  /**
   * Whether the network trains on a GPU, which takes more images than a CPU does, and leaves most cores free.
   * Default: false.
   */
  gpu?: boolean;
  /**
   * Number of threads; without any, batches are made on the thread that asks. Default: what
   * {@link usualThreads} says.
   */
  workers?: number;
  /**
   * Most batches of a source that are being made or wait to be taken. Default: one more than there are
   * threads; on a GPU no more than fit a quarter of the machine's memory, though at least 2.
   */
  ahead?: number;
}

/** Running threads; disposing ends them, and whatever has not been made yet is refused. */
export interface BatchWorkers {
  /** How many. */
  readonly threads: number;
  /** When every thread listens; until then training batches are made on the thread that asks. */
  readonly ready: Promise<void>;
  /**
   * Training batches made ahead: what {@link trainingBatches} makes of the same source, byte for byte,
   * however many threads there are. A batch that cannot be made is a rejected promise.
   *
   * @throws {Error} for an image size, batch size or augmentation that cannot be
   */
  training(source: TrainingSource): TrainingBatches;
  /**
   * Validation batches made ahead; what fits {@link VALIDATION_MEMORY} is made once and kept.
   *
   * @throws {Error} for an image size or batch size that cannot be
   */
  validation(source: BatchSource): ValidationBatches;
  [Symbol.dispose](): void;
}

/** Most threads beside a network on the CPU, with which they share its cores. */
const MOST_BESIDE_CPU = 8;

/**
 * Most threads beside a GPU. One takes 40 MB, and a batch ahead of each takes its pixels: 0.15 MB an image at
 * 224 px. An image of the paper's takes 3 to 4.5 ms of a core with RandAugment, so that these make 7,000
 * images a second or more: no card takes so many.
 */
const MOST_BESIDE_GPU = 32;

/** Cores that TensorFlow and the thread that asks need while a GPU computes. */
const CORES_BESIDE_GPU = 3;

/**
 * Threads that make batches where nobody says how many: on a CPU one less than there are cores, at most 8; on
 * a GPU three less, at most 32. At least 1.
 */
export function usualThreads(gpu: boolean, cores: number = availableParallelism()): number {
  const threads = gpu
    ? Math.min(cores - CORES_BESIDE_GPU, MOST_BESIDE_GPU)
    : Math.min(cores - 1, MOST_BESIDE_CPU);
  return Math.max(1, threads);
}

/**
 * Batches that are made ahead beside a GPU where nobody says how many: one more than there are threads, or
 * what fits a quarter of the memory.
 *
 * @param bytes of one batch
 */
export function usualAhead(threads: number, bytes: number, memory: number): number {
  return Math.max(2, Math.min(threads + 1, Math.floor(memory / 4 / bytes)));
}

/** Validation pixels that are kept from one evaluation to the next, bytes. */
const VALIDATION_MEMORY = 256e6;

/**
 * Starts the threads. They load their program while the caller goes on: in 50 ms, but in a notebook's kernel,
 * where Deno holds up every new thread, in a second.
 */
export function startBatchWorkers(
  { gpu = false, workers = usualThreads(gpu), ahead }: BatchWorkersOptions = {},
): BatchWorkers {
  if (workers === 0) return WITHOUT_THREADS;
  const threads = Array.from({ length: workers }, () => new Thread());
  let isReady = false;
  const ready = Promise.all(threads.map((thread) => thread.ready)).then(() => void (isReady = true));
  ready.catch(() => isReady = true); // whoever asks a thread learns of its fault
  let sources = 0;
  const aheadOf = ({ batchSize, imageSize }: BatchSource) =>
    ahead ?? (gpu ? usualAhead(workers, batchSize * imageSize ** 2 * 3, totalmem()) : workers + 1);
  const sourceOf = (description: SourceDescription) => {
    const source = sources++;
    for (const thread of threads) thread.post({ source, description });
    return (batch: number) => threads[batch % workers].request(source, batch);
  };
  return {
    threads: workers,
    ready,
    training: (source) => {
      const here = trainingBatches(source);
      const there = madeAhead(sourceOf({ kind: "training", ...withoutPools(source) }), aheadOf(source));
      return { ...here, batch: (step) => isReady ? there(step) : here.batch(step) };
    },
    validation: (source) => {
      const { size, imageSize, count } = validationBatches(source);
      const make = sourceOf({ kind: "validation", ...withoutPools(source) });
      return { size, imageSize, batches: keptBatches(make, count, aheadOf(source)) };
    },
    [Symbol.dispose]: () => {
      for (const thread of threads) thread.end();
    },
  };
}

const WITHOUT_THREADS: BatchWorkers = {
  threads: 0,
  ready: Promise.resolve(),
  training: trainingBatches,
  validation: validationBatches,
  [Symbol.dispose]: () => {},
};

/** A source as it can be sent: the folders of its pools, which of their images, and the rest. */
function withoutPools<Source extends BatchSource>({ pools, ...rest }: Source) {
  const indices = rest.indices.map((chosen, pool) => {
    const { places } = pools[pool];
    return places ? chosen.map((index) => places[index]) : chosen;
  });
  return { folders: pools.map(({ folders }) => folders), rest: { ...rest, indices } };
}

type Request = (batch: number) => Promise<Batch>;

/** Requests the batch that is asked for and those after it, unless they have been. */
function madeAhead(make: Request, ahead: number, count = Infinity): Request {
  let requested = new Map<number, Promise<Batch>>();
  return (first) => {
    const next = new Map<number, Promise<Batch>>();
    for (let batch = first; batch < Math.min(first + ahead, count); batch++) {
      next.set(batch, requested.get(batch) ?? make(batch));
    }
    const asked = next.get(first)!;
    next.delete(first);
    requested = next;
    return asked;
  };
}

/** The first so many batches are kept, in order, as far as memory is set aside for them. */
function keptBatches(make: Request, count: number, ahead: number): () => AsyncGenerator<Batch> {
  const kept: Batch[] = [];
  let bytes = 0;
  return async function* () {
    const rest = madeAhead(make, ahead, count);
    for (let number = 0; number < count; number++) {
      const batch = kept[number] ?? await rest(number);
      if (number === kept.length && bytes + batch.pixels.length <= VALIDATION_MEMORY) {
        bytes += batch.pixels.length;
        kept.push(batch);
      }
      yield batch;
    }
  };
}

/** One thread and what it has been asked for. */
class Thread {
  readonly #worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  readonly #ready = Promise.withResolvers<void>();
  readonly #pending = new Map<number, PromiseWithResolvers<Batch>>();
  #requests = 0;
  /** Why there will be no more answers. */
  #fault: Error | undefined;

  constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<WorkerReply>) => {
      if (data === "ready") return this.#ready.resolve();
      const { resolve, reject } = this.#pending.get(data.request)!;
      this.#pending.delete(data.request);
      if ("made" in data) resolve(data.made);
      else reject(new Error(data.error));
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(new Error(`A thread that makes batches has ended: ${event.message}`));
    };
    // Asked, since a new thread of a notebook's kernel listens long after its program has been loaded.
    this.post("are you ready");
  }

  /** When it listens. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  post(order: WorkerMessage): void {
    this.#worker.postMessage(order);
  }

  request(source: number, batch: number): Promise<Batch> {
    const answer = Promise.withResolvers<Batch>();
    answer.promise.catch(() => {}); // it is asked for ahead: whoever takes it learns of its fault
    if (this.#fault) answer.reject(this.#fault);
    else {
      const request = this.#requests++;
      this.#pending.set(request, answer);
      this.post({ source, request, batch });
    }
    return answer.promise;
  }

  end(): void {
    this.#worker.terminate();
    this.#fail(new Error("The threads that make batches have been ended."));
  }

  #fail(fault: Error): void {
    this.#fault ??= fault;
    this.#ready.reject(this.#fault);
    for (const { reject } of this.#pending.values()) reject(this.#fault);
    this.#pending.clear();
  }
}
