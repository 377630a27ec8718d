/** A process that reads Parquet: a damaged file can keep the reader busy for ever or take all memory, and a process can be ended. */
import { packMessage, readMessages } from "./message_stream.ts";
import { openParquet, type ParquetFile } from "./parquet_file.ts";
import type { FromProcess, ParquetRequest, ToProcess } from "./parquet_messages.ts";

let file: ParquetFile | undefined;
let reads = 0;
const waiting = new Map<number, PromiseWithResolvers<Uint8Array<ArrayBuffer>>>();
const output = Deno.stdout.writable.getWriter();

const send = (message: FromProcess) => output.write(packMessage(message));

/** Bytes of the file, from the process that has it. */
function read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  const answer = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
  waiting.set(++reads, answer);
  void send({ read: reads, start, end });
  return answer.promise;
}

async function answerTo(request: ParquetRequest): Promise<unknown> {
  if (request.ask === "rows") return await file!.rows(request.group, request.columns);
  file = await openParquet({ size: request.size, read }, request.name);
  return { columns: file.columns, groups: file.groups };
}

if (import.meta.main) {
  Deno.addSignalListener("SIGINT", () => {}); // Ctrl-C reaches every process of the terminal: this one ends with its input
  // Of bytes that the reader has asked for ahead it does not always await those that cannot be had.
  globalThis.addEventListener("unhandledrejection", (event) => event.preventDefault());
  for await (const message of readMessages<ToProcess>(Deno.stdin.readable)) {
    if ("ask" in message) {
      answerTo(message).then((answer) => send({ answer }), (error) => send({ failure: error.message }));
      continue;
    }
    const read = waiting.get(message.of)!;
    waiting.delete(message.of);
    // Copied: the bytes of a message lie within those of the stream.
    if ("bytes" in message) read.resolve(new Uint8Array(message.bytes));
    else read.reject(new Error(message.failure));
  }
  Deno.exit(0);
}
