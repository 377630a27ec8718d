/** Cells of the tables of `deno task runs`. */
import { recordCode } from "../experiments/mod.ts";
import type { RunSummary } from "../records/mod.ts";
import { formatProportion } from "../stats/mod.ts";

/** Digits of a hash that are shown at least. */
const DIGITS = 8;

/** The beginnings of hashes, as long as it takes to tell these runs apart. */
export function shortHashes(runs: readonly RunSummary[]): (run: RunSummary) => string {
  let digits = DIGITS;
  const shortened = () => new Set(runs.map(({ hash }) => hash.slice(0, digits)));
  while (shortened().size < runs.length) digits++;
  return ({ hash }) => hash.slice(0, digits);
}

/** A cell of which nothing is known. */
export const dash = "–";

/** "2026-11-27 19:37", in local time. */
function timeText(time: string): string {
  return new Date(time).toLocaleString("sv-SE", { dateStyle: "short", timeStyle: "short" });
}

/** When it finished, else its state: "unfinished, 3/12" epochs. */
export function stateText({ state, result, epochs, epochsWanted }: RunSummary): string {
  if (state === "finished") return timeText(result!.finishedAt);
  if (state === "damaged" || (epochs === 0 && epochsWanted === undefined)) return state;
  return `${state}, ${epochs}${epochsWanted === undefined ? "" : `/${epochsWanted}`}`;
}

/** "87.1% [85.3, 88.7]"; of what predicts nothing its loss. */
export function accuracyText({ result }: RunSummary): string {
  if (result?.accuracy) return formatProportion(result.accuracy).split(", n =")[0];
  return result?.loss === undefined ? dash : `loss ${result.loss.toPrecision(4)}`;
}

/** "7e7ab130", with a star where it is this checkout's code. */
export function codeText({ result }: RunSummary): string {
  if (!result?.code) return dash;
  return result.code.slice(0, DIGITS) + (result.code === recordCode() ? "*" : "");
}

/** A line for each damaged run. */
export function faultLines(runs: readonly RunSummary[]): string[] {
  const short = shortHashes(runs);
  return runs.filter(({ fault }) => fault).map((run) => `${short(run)} is damaged: ${run.fault}`);
}

/** "3.1 MB", by powers of 1,000. */
export function sizeText(bytes: number): string {
  const power = Math.min(4, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const unit = ["bytes", "kB", "MB", "GB", "TB"][power];
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${unit}`;
}
