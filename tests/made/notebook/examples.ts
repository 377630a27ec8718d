import { combinationsFigure } from "../../../src/chapters/combinations/figure.ts";
import type { Figure } from "../../../src/figures/mod.ts";
import type { GalleryImage } from "../../../src/notebook/mod.ts";
import { combinationClaims } from "../../../src/chapters/combinations/claims.ts";
import { testClaims, type TestedClaim } from "../../../src/paper/mod.ts";
import type { RunProgress } from "../../../src/experiments/mod.ts";
import { iconRecords, syntheticRecord } from "../paper/records.ts";

/** A figure of twenty combinations. */
export function exampleFigure(): Figure {
  return combinationsFigure(iconRecords());
}

/** Claims tested on made-up records. */
export function claimsOf(): TestedClaim[] {
  return testClaims(combinationClaims, iconRecords());
}

/** A grey gradient of 8x8 pixels. */
export function exampleImage(caption?: string): GalleryImage {
  return { pixels: Uint8Array.from({ length: 64 }, (_, i) => 4 * i), side: 8, channels: 1, caption };
}

/** The events of a sweep of two runs with four epochs each. */
export const RUN_EVENTS: RunProgress[] = ["tabler + mdi", "remix + <b>"].flatMap((label, run) => {
  const { epochs } = syntheticRecord({ datasets: label.split(" + "), accuracy: 0.8, epochs: 4 });
  const position = { index: run + 1, of: 2 };
  return [
    { phase: "data", label: "tabler", done: 50, total: 100, position } as const,
    ...epochs.flatMap((line) => [
      { phase: "train", label, done: line.step - 50, total: 400, imagesPerSecond: 412.3, position } as const,
      { phase: "train", label, done: line.step, total: 400, line, position } as const,
    ]),
  ];
});
