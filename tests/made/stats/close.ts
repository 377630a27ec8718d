import assert from "node:assert/strict";

/** Fails unless two numbers agree to `digits` significant digits (or both are below 1e-300). */
export function assertClose(actual: number, expected: number, digits = 9): void {
  const allowed = Math.abs(expected) * 10 ** -digits + 1e-300;
  assert.ok(Math.abs(actual - expected) <= allowed, `${actual} is not ${expected} to ${digits} digits`);
}
