import { permutation } from "../stats/mod.ts";

/** Name of this random stream of a seed. */
const HELD_OUT = 0x686f;

/**
 * Sets a share of the rows aside to choose settings on.
 *
 * @param share in (0, 1)
 * @returns both parts in ascending order, neither empty
 * @throws {RangeError} when there are fewer than 2 rows, or for another share
 */
export function heldOut(rows: number, share: number, seed: number): { kept: Uint32Array; out: Uint32Array } {
  if (!(share > 0 && share < 1)) throw new RangeError(`heldOut is ${share}; give a share between 0 and 1`);
  if (rows < 2) throw new RangeError(`there are ${rows} training rows; choosing settings needs 2 or more`);
  const count = Math.min(rows - 1, Math.max(1, Math.round(share * rows)));
  const order = permutation(rows, seed, HELD_OUT);
  return { kept: order.slice(count).toSorted(), out: order.slice(0, count).toSorted() };
}
