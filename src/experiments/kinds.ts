/** Every kind of experiment. A new kind is a folder in `kinds/` and an entry in this list. */
import { ExperimentError } from "./check.ts";
import { checkAs, hashAs, type Kind, type OfKind } from "./kind.ts";
import { auditKind } from "./kinds/audit/execute.ts";
import { classifierKind } from "./kinds/classifier/execute.ts";
import { fineTuningKind } from "./kinds/fine_tuning/execute.ts";
import { pretrainingKind } from "./kinds/pretraining/execute.ts";
import { probeKind } from "./kinds/probe/execute.ts";
import { trivialKind } from "./kinds/trivial/execute.ts";
import type { FinishedRecord } from "./record/folder.ts";

const kinds = [classifierKind, pretrainingKind, probeKind, fineTuningKind, trivialKind, auditKind] as const;

type RecordOf<K> = K extends Kind<infer _, infer R> ? R : never;

/** The record of an experiment of any kind. */
export type AnyRecord = RecordOf<typeof kinds[number]>;

/** An experiment of any kind. */
export type AnyExperiment = AnyRecord["experiment"];

const byName: ReadonlyMap<unknown, Kind<OfKind, FinishedRecord<OfKind>>> = new Map(
  kinds.map((kind) => [kind.kind, kind]),
);

/** Whether an experiment is of a known kind. Those of versions that had no kinds are not. */
export function isKnown(experiment: Partial<OfKind>): boolean {
  return byName.has(experiment.kind);
}

/**
 * The kind of an experiment.
 *
 * @throws {ExperimentError} for an unknown kind, listing the known ones
 */
export function experimentKindOf(experiment: unknown): Kind<OfKind, FinishedRecord<OfKind>> {
  const name = (experiment as Partial<OfKind> | null)?.kind;
  const kind = byName.get(name);
  if (kind) return kind;
  const known = [...byName.keys()].join(", ");
  throw new ExperimentError(
    `kind: there is no kind of experiment ${JSON.stringify(name)}. Known kinds: ${known}.`,
  );
}

/**
 * Checks an experiment of any kind by itself: its fields and what they say together, not whether there are
 * enough images.
 *
 * @returns the experiment
 * @throws {ExperimentError} naming every field at fault: unknown or missing, out of range, an unknown model,
 *   datasets that have images in common, an image that the network cannot take, a batch larger than an epoch
 */
export function checkExperiment(experiment: unknown): AnyExperiment {
  return checkAs(experimentKindOf(experiment), experiment) as AnyExperiment;
}

/**
 * Identity of an experiment on the data that its datasets' names stand for; the name of its folder under
 * `runs/`.
 *
 * @param data hash of the manifest of each of its datasets. Default: today's
 * @returns 16 hex digits
 */
export function hashOf(experiment: AnyExperiment, data?: readonly string[]): string {
  return hashAs(experimentKindOf(experiment), experiment, data);
}

/** Name of an experiment in progress reports and lists. */
export function labelOf(experiment: AnyExperiment): string {
  return experimentKindOf(experiment).label(experiment);
}

/** The experiments that must have records before one can be executed: those whose networks it starts from. */
export function neededBy(experiment: AnyExperiment): AnyExperiment[] {
  return (experimentKindOf(experiment).needs?.(experiment) ?? []) as AnyExperiment[];
}
