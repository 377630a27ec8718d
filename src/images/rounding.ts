/** A whole number cut off to what 8 bits hold. */
export function clip8(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

/** Rounding as Python's `round`: halves go to the even neighbour. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
