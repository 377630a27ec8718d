/** A thread that reads Parquet: a damaged file can keep the reader busy for ever, and a thread can be ended. */
import { openParquet, type ParquetFile } from "./parquet_file.ts";
import type { FromThread, ParquetRequest, ToThread } from "./parquet_messages.ts";

/** The thread's end of its line to the thread that started it. */
const line = self as unknown as Pick<Worker, "postMessage" | "addEventListener">;

let file: ParquetFile | undefined;
let reads = 0;
const waiting = new Map<number, PromiseWithResolvers<Uint8Array<ArrayBuffer>>>();

const send = (message: FromThread) => line.postMessage(message);

/** Bytes of the file, from the thread that has it. */
function read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  const answer = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
  waiting.set(++reads, answer);
  send({ read: reads, start, end });
  return answer.promise;
}

async function answerTo(request: ParquetRequest): Promise<unknown> {
  if (request.ask === "rows") return await file!.rows(request.group, request.columns);
  file = await openParquet({ size: request.size, read }, request.name);
  return { columns: file.columns, groups: file.groups };
}

// Of bytes that the reader has asked for ahead it does not always await those that cannot be had.
self.addEventListener("unhandledrejection", (event) => event.preventDefault());

line.addEventListener("message", ({ data }: MessageEvent<ToThread>) => {
  if ("ask" in data) {
    answerTo(data).then((answer) => send({ answer }), (error) => send({ failure: error.message }));
    return;
  }
  const read = waiting.get(data.of)!;
  waiting.delete(data.of);
  if ("bytes" in data) read.resolve(data.bytes as Uint8Array<ArrayBuffer>);
  else read.reject(new Error(data.failure));
});
