/** Grey value of a colour by the weights of ITU-R BT.601 in 16-bit fixed point, as Pillow's mode L. */
export function luma(red: number, green: number, blue: number): number {
  return (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16;
}
