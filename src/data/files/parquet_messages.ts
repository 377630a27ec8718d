/** What is asked of the process that reads Parquet. */
export type ParquetRequest =
  /** The footer of a file of so many bytes, which `name` calls in errors. Answer: {@link ParquetContents}. */
  | { ask: "open"; size: number; name: string }
  /** The rows of a group of the file that was opened last. */
  | { ask: "rows"; group: number; columns: readonly string[] };

/** What a file holds. */
export interface ParquetContents {
  /** Names of the top columns. */
  columns: string[];
  /** Number of rows of each row group. */
  groups: number[];
}

/** From the process: bytes of the file that it needs, or its answer to the request. */
export type FromProcess =
  | { read: number; start: number; end: number }
  | { answer: unknown }
  | { failure: string };

/** To the process: a request, or bytes that it asked for. */
export type ToProcess =
  | ParquetRequest
  | { bytes: Uint8Array; of: number }
  | { failure: string; of: number };
