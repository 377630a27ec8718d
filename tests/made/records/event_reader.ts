/** Reads event files without this project's writer: TensorFlow's TFRecord reader, and protobuf's wire format. */
import { attribute, rawOp, startEngine, tf } from "../../../src/tensorflow/mod.ts";

/** `TF_AttrType` and `TF_DataType` of c_api.h: a list of types that is one string. */
const strings = (name: string) => ({ name, type: 4, value: [7] });

/**
 * The records of a TFRecord file, as TensorFlow's own reader gives them: it compares both checksums of each.
 *
 * @param count how many there are
 * @throws {Error} for a damaged record, or fewer
 */
export async function recordsIn(path: string, count: number): Promise<Uint8Array[]> {
  await startEngine();
  const name = crypto.randomUUID(); // resources are shared by their names
  const named = [attribute.string("container", ""), attribute.string("shared_name", name)];
  const [queue] = rawOp("FIFOQueueV2", [], [
    strings("component_types"),
    attribute.int("capacity", 1),
    ...named,
  ]);
  rawOp("QueueEnqueueV2", [queue, tf.scalar(path, "string")], [strings("Tcomponents")], 0);
  rawOp("QueueCloseV2", [queue], [attribute.bool("cancel_pending_enqueues", false)], 0); // so that the end is an error
  const [reader] = rawOp("TFRecordReaderV2", [], [...named, attribute.string("compression_type", "")]);
  const records: Uint8Array[] = [];
  while (records.length < count) {
    const [, value] = rawOp("ReaderReadV2", [reader, queue], [], 2);
    records.push((await value.bytes() as Uint8Array[])[0]);
  }
  return records;
}

/** A protobuf message: the values of each field, as numbers or bytes. */
export type Message = Map<number, (number | Uint8Array)[]>;

/** Takes a message apart. A float and a double are told by their width. */
export function messageIn(bytes: Uint8Array): Message {
  const message: Message = new Map();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0;; shift += 7) {
      const byte = bytes[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  const take = (length: number) => bytes.subarray(at, at += length);
  while (at < bytes.length) {
    const key = varint();
    const [field, wire] = [Math.floor(key / 8), key % 8];
    const start = at;
    const value = wire === 0
      ? varint()
      : wire === 1
      ? (take(8), view.getFloat64(start, true))
      : wire === 5
      ? (take(4), view.getFloat32(start, true))
      : take(varint());
    message.set(field, [...message.get(field) ?? [], value]);
  }
  return message;
}
