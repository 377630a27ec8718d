import sharp, { type Sharp } from "sharp";

/** A made-up photograph, another one for each number: a gradient and noise, as an image that can be encoded. */
export function photograph(number: number, width = 64, height = 48): Sharp {
  const pixels = new Uint8Array(width * height * 3);
  for (let i = 0, state = number * 2654435761 + 1; i < pixels.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    const x = Math.floor(i / 3) % width;
    pixels[i] = (x * 3 + number * 7 + (i % 3) * 40 + ((state >>> 24) & 31)) & 255;
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

/** The same as a JPEG file. */
export async function photographJpeg(number: number, width?: number, height?: number): Promise<Uint8Array> {
  return new Uint8Array(await photograph(number, width, height).jpeg({ quality: 80 }).toBuffer());
}
