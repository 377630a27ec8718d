/**
 * The program of a thread that makes batches; workers.ts starts it. It answers requests one after another.
 * Its imports decide how fast it starts: no image library, no schemas, and TensorFlow only once there is a
 * pool of JPEG files.
 */
import {
  type Batch,
  type BatchSource,
  trainingBatches,
  type TrainingSource,
  validationBatches,
} from "./batches.ts";
import { openStored } from "../pool/store.ts";

/** A source as it is sent to a thread: each pool by its folders. */
export type SourceDescription =
  | { kind: "training"; folders: (readonly string[])[]; rest: Omit<TrainingSource, "pools"> }
  | { kind: "validation"; folders: (readonly string[])[]; rest: Omit<BatchSource, "pools"> };

/** A message to a thread: say that you listen, this number stands for that source, or make that batch. */
export type WorkerMessage =
  | "are you ready"
  | { source: number; description: SourceDescription }
  | { source: number; request: number; batch: number };

/** A message from a thread: it listens, or its reply to a request. */
export type WorkerReply = "ready" | { request: number; made: Batch } | { request: number; error: string };

type MakeBatch = (number: number) => Batch;

async function open({ kind, folders, rest }: SourceDescription): Promise<MakeBatch> {
  const pools = await Promise.all(folders.map(openStored));
  const source = { ...rest, pools };
  return kind === "training"
    ? trainingBatches(source as TrainingSource).batch
    : validationBatches(source).batch;
}

/** A description is opened when its first batch is asked for, so that a fault is the answer to a request. */
function opened(description: SourceDescription): (number: number) => Promise<Batch> {
  let make: Promise<MakeBatch> | undefined;
  return async (number) => (await (make ??= open(description)))(number);
}

/** The members of `self` that only a thread has. */
const thread = self as unknown as {
  onmessage: (event: MessageEvent<WorkerMessage>) => void | Promise<void>;
  postMessage(answer: WorkerReply, transfer?: Transferable[]): void;
};

const sources = new Map<number, (number: number) => Promise<Batch>>();

thread.onmessage = async ({ data }) => {
  if (data === "are you ready") return thread.postMessage("ready");
  if ("description" in data) {
    sources.set(data.source, opened(data.description));
    return;
  }
  const { source, request, batch } = data;
  try {
    const made = await sources.get(source)!(batch);
    thread.postMessage({ request, made }, [made.pixels.buffer, made.labels.buffer]);
  } catch (error) {
    thread.postMessage({ request, error: error instanceof Error ? error.message : String(error) });
  }
};
