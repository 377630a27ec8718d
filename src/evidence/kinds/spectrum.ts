/** Traces that resizing and compression leave among neighbouring pixels. */
import { luma } from "../../images/mod.ts";
import type { EvidenceReader, Sighting } from "../evidence.ts";
import { type OpenCv, openCv } from "../opencv.ts";

/** Side that details are filled up to, px: frequencies are the same for details of all sizes. */
const SIDE = 128;
/** Bands of the power spectrum, of equal width up to half a cycle a pixel. */
const BANDS = 32;
/** Frequencies of the periods, 1/128 to 64/128 cycles a pixel. */
const PERIODS = SIDE / 2;

/**
 * The spectrum of the detail: by how much each band of frequencies is stronger or weaker than all, and how
 * periodically neighbouring pixels predict each other. An interpolated pixel follows from its neighbours, and
 * how well it does repeats itself along a line (Gallagher 2005); so it does with the blocks of JPEG files.
 */
export async function spectrumReader(): Promise<EvidenceReader> {
  const library = await openCv();
  const [power, periods] = [radialPower(library), periodicity(library)];
  const columns = BANDS + PERIODS;
  const vectorsOf = (sightings: readonly Sighting[]) => {
    const vectors = new Float32Array(sightings.length * columns);
    sightings.forEach((sighting, i) => {
      const grey = greyDetail(sighting);
      power(grey, vectors.subarray(i * columns, i * columns + BANDS));
      periods(grey, vectors.subarray(i * columns + BANDS, (i + 1) * columns));
    });
    return Promise.resolve(vectors);
  };
  return { columns, vectorsOf, [Symbol.dispose]: () => library[Symbol.dispose]() };
}

/** A picture in grey. */
interface Grey {
  /** [height, width] */
  values: Float32Array;
  width: number;
  height: number;
}

function greyDetail({ detail: { pixels, width, height } }: Sighting): Grey {
  const values = new Float32Array(width * height);
  for (let i = 0; i < values.length; i++) {
    values[i] = luma(pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2]);
  }
  return { values, width, height };
}

const windows = new Map<number, Float32Array>();

/** Hann's window of a length, 0 just outside of both ends. */
function hann(length: number): Float32Array {
  const value = (_: unknown, i: number) => Math.sin(Math.PI * (i + 1) / (length + 1)) ** 2;
  if (!windows.has(length)) windows.set(length, Float32Array.from({ length }, value));
  return windows.get(length)!;
}

const meanOf = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Added to powers, of squared grey values: rounding to whole values alone makes about a twelfth. */
const FLOOR = 1 / 12;

/** Mean power in rings of frequencies, as logarithms about their mean. */
function radialPower({ cv, own }: OpenCv): (grey: Grey, into: Float32Array) => void {
  const [given, spectrum] = [own(new cv.Mat(SIDE, SIDE, cv.CV_32F)), own(new cv.Mat())];
  const bands = Int32Array.from({ length: SIDE * SIDE }, (_, i) => bandOf(i % SIDE, Math.floor(i / SIDE)));
  return ({ values, width, height }, into) => {
    const mean = meanOf(values);
    const field = given.data32F.fill(0);
    const [across, down] = [hann(width), hann(height)];
    let energy = 0; // of the window
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const weight = across[x] * down[y];
        field[y * SIDE + x] = weight * (values[y * width + x] - mean);
        energy += weight * weight;
      }
    }
    cv.dft(given, spectrum, cv.DFT_COMPLEX_OUTPUT);
    const complex = spectrum.data32F;
    const [sums, counts] = [new Float64Array(BANDS), new Int32Array(BANDS)];
    for (let i = 0; i < bands.length; i++) {
      if (bands[i] < 0) continue;
      sums[bands[i]] += complex[2 * i] ** 2 + complex[2 * i + 1] ** 2;
      counts[bands[i]]++;
    }
    sums.forEach((sum, band) => into[band] = Math.log(sum / counts[band] / energy + FLOOR));
    const middle = meanOf(into);
    into.forEach((value, band) => into[band] = value - middle);
  };
}

/** The ring of a frequency, counted from the slowest; -1 beyond half a cycle a pixel. */
function bandOf(u: number, v: number): number {
  const cycles = Math.hypot(u > SIDE / 2 ? u - SIDE : u, v > SIDE / 2 ? v - SIDE : v) / SIDE;
  const band = Math.floor(cycles * 2 * BANDS);
  return band < BANDS ? band : -1;
}

/** Strength of each frequency of the error of prediction along rows and columns, relative to its mean. */
function periodicity({ cv, own }: OpenCv): (grey: Grey, into: Float32Array) => void {
  const [given, spectrum] = [own(new cv.Mat(2, SIDE, cv.CV_32F)), own(new cv.Mat())];
  return (grey, into) => {
    const field = given.data32F.fill(0);
    const sides = [
      errorsAlong(grey, grey.width, 1, grey.height, grey.width),
      errorsAlong(grey, grey.height, grey.width, grey.width, 1),
    ];
    sides.forEach((errors, side) => {
      const [mean, window] = [meanOf(errors), hann(errors.length)];
      errors.forEach((error, i) => {
        field[side * SIDE + i] = window[i] * (error / (mean + EVEN) - 1) / errors.length;
      });
    });
    cv.dft(given, spectrum, cv.DFT_COMPLEX_OUTPUT | cv.DFT_ROWS);
    const complex = spectrum.data32F;
    for (let k = 1; k <= PERIODS; k++) {
      const [row, column] = [0, 1].map((side) =>
        Math.hypot(...complex.subarray(2 * (side * SIDE + k)).subarray(0, 2))
      );
      into[k - 1] = row + column;
    }
  };
}

/** Added to a mean error: an even picture has none. */
const EVEN = 1e-3;

/** Mean absolute error, over all lines, with which a pixel's two neighbours along a line predict it. */
function errorsAlong(
  { values }: Grey,
  length: number,
  step: number,
  lines: number,
  next: number,
): Float32Array {
  const errors = new Float32Array(Math.max(1, length - 2));
  for (let line = 0; line < lines; line++) {
    for (let i = 1; i + 1 < length; i++) {
      const at = line * next + i * step;
      errors[i - 1] += Math.abs(2 * values[at] - values[at - step] - values[at + step]) / lines;
    }
  }
  return errors;
}
