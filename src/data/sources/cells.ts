/** Values of the cells of lists and tables, as text and as JSON. */
import { Buffer } from "node:buffer";

/** A cell as text: bytes that are no UTF-8, as those of a hash, in hex; lists and structures as JSON. */
export function cellText(value: unknown): string {
  if (value instanceof Uint8Array) return utf8(value) ?? Buffer.from(value).toString("hex");
  if (value instanceof Date || value === null || typeof value !== "object") return `${value ?? ""}`;
  return JSON.stringify(plainCell(value));
}

/**
 * A cell as a value that JSON holds without loss: whole numbers that it would round and numbers that it does
 * not have become text, bytes that are no UTF-8 `{ "base64": … }`.
 */
export function plainCell(value: unknown): unknown {
  if (value instanceof Uint8Array) return utf8(value) ?? { base64: Buffer.from(value).toString("base64") };
  if (typeof value === "bigint") return exact(value) ?? `${value}`;
  if (typeof value === "number") return Number.isFinite(value) ? value : `${value}`;
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as Iterable<unknown>, plainCell);
  if (Array.isArray(value)) return value.map(plainCell);
  if (value === null || typeof value !== "object" || "toJSON" in value) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plainCell(inner)]));
}

/** A whole number as a number, where that holds it exactly. */
export function exact(value: bigint): number | undefined {
  return Number.isSafeInteger(Number(value)) ? Number(value) : undefined;
}

/**
 * The class that a cell tells: a whole number, also as text, or a truth value; or a name. Undefined for an
 * empty cell, a list, a negative number and one with a fraction.
 */
export function classOfCell(value: unknown): number | string | undefined {
  if (typeof value === "boolean") return Number(value);
  if (typeof value === "object" && value !== null && !(value instanceof Uint8Array)) return undefined;
  const text = cellText(value).trim();
  const number = Number(text);
  if (text === "" || typeof value === "number" && Number.isNaN(value)) return undefined;
  if (Number.isNaN(number)) return text;
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
