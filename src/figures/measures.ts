/** How figures write an accuracy, or its margin over chance or over another learner, in points. */
import { line } from "./marks.ts";
import type { PlotlyLayout, Trace } from "./theme.ts";

/** What a figure says of a measure. */
interface MeasureNames {
  /** On its button, and on its axis: "margin over chance". */
  name: string;
  /** What zero is where the measure is a margin: "chance". Without it the measure is an accuracy. */
  zero?: string;
}

/** The subtitle of accuracies. */
export const INTERVALS = "Validation accuracy with 95% intervals";

/** Beside the pointer, how far a point is from zero; of an accuracy nothing. `along`: the measure's axis. */
export function pointsText({ zero }: MeasureNames, along: "x" | "y"): string {
  return zero ? `<br>%{${along}:+.1f} points from ${zero}` : "";
}

/** What a button changes of the measure's axis and of the subtitle, by plotly's paths. */
export function measureAxis(
  axis: "xaxis" | "yaxis",
  { name, zero }: MeasureNames,
  range: readonly [low: number, high: number],
): PlotlyLayout {
  return {
    [`${axis}.title.text`]: zero ? `${name}, points` : name,
    [`${axis}.ticksuffix`]: zero ? "" : "%",
    [`${axis}.range`]: range,
    "title.subtitle.text": zero
      ? `Points of validation accuracy from ${zero}, with 95% intervals`
      : INTERVALS,
  };
}

/** "79.1%", or "+45.8" points; what rounds to nothing is "0.0". */
export function measureText(percent: number, { zero }: MeasureNames): string {
  if (!zero) return `${percent.toFixed(1)}%`;
  const points = Math.abs(percent).toFixed(1);
  return Number(points) === 0 ? points : `${percent < 0 ? "−" : "+"}${points}`;
}

/** The ends of an axis of margins: all of them and zero, with some room. */
export function marginRange(points: readonly number[]): [low: number, high: number] {
  return [Math.min(0, ...points) - 5, Math.max(0, ...points) + 7];
}

/** Zero, dashed along these ends, which are on the other axis. */
export function zeroLine(name: string, along: "x" | "y", ends: readonly (number | null)[]): Trace {
  const zeros = ends.map((end) => end === null ? null : 0);
  return line(
    name,
    along === "x" ? { x: zeros, y: ends as number[], dash: "dash" } : {
      x: ends,
      y: zeros,
      dash: "dash",
    },
  );
}
