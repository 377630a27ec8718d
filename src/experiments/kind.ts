/** A kind of experiment: a description that can be checked and hashed, and a function that executes it. */
import type { z } from "zod";
import { contentName, datasetHash, manifestsOf } from "../data/mod.ts";
import { ExperimentError } from "./check.ts";
import type { FinishedRecord } from "./record/folder.ts";
import type { Prediction } from "./record/outcomes.ts";
import { identityOf } from "./record/identity.ts";
import type { Session } from "./session.ts";

/** Any experiment: a plain serialisable object that says its kind. */
export interface OfKind {
  kind: string;
}

/** Everything that is known of an experiment without executing it. */
export interface Description<E extends OfKind> {
  readonly kind: E["kind"];
  /** The shape of the experiment. */
  readonly schema: z.ZodType<E>;
  /** Raised when the code changes such that an old record no longer says what a new execution would. */
  readonly version: number;
  /** Whether it leaves a network that names classes, which can be asked about other images. */
  readonly namesClasses: boolean;
  /**
   * Checks what the schema cannot: fields that contradict one another, a model that does not exist.
   *
   * @throws {ExperimentError} naming the field at fault
   */
  check(experiment: E): void;
  /**
   * Checks that the datasets exist and hold as many images as the experiment asks for.
   *
   * @throws {ExperimentError} for one that has fewer
   * @throws {Error} for a dataset that does not exist, listing those that do
   */
  checkImages(experiment: E): void;
  /**
   * The part of the experiment that has a bearing on its outcome; its hash is the name of the record's
   * folder.
   */
  identity(experiment: E): unknown;
  /** Name of the experiment in progress reports and lists. */
  label(experiment: E): string;
  /** Names of the datasets whose images it reads. */
  datasets(experiment: E): readonly string[];
  /** Experiments whose records it starts from; they are run first. Default: none. */
  needs?(experiment: E): readonly OfKind[];
}

/** The outcome of an execution, beside its epochs and files. */
export interface Executed<R extends FinishedRecord> {
  /** The result, but for the engine and the time, which are the same for all. */
  result: Omit<R["result"], "engine" | "finishedAt" | "code">;
  /** The prediction for each validation image; absent where nothing is predicted. */
  predictions?: Prediction[];
}

/** A description together with its execution. */
export interface Kind<E extends OfKind, R extends FinishedRecord<E>> extends Description<E> {
  /** Whether threads make its batches; if not, none are started. Default: true. */
  readonly threads?: boolean;
  /** Whether it reads the pools of its datasets; if not, none are opened or built. Default: true. */
  readonly pools?: boolean;
  /**
   * Executes the experiment. It goes on from what an interrupted execution has left in the folder.
   *
   * @throws the signal's reason when aborted
   */
  execute(experiment: E, session: Session<R>): Promise<Executed<R>>;
}

/**
 * Checks an experiment's description by itself, without its images.
 *
 * @returns the experiment
 * @throws {ExperimentError} naming every field at fault
 */
export function checkAs<E extends OfKind>(description: Description<E>, experiment: unknown): E {
  const parsed = description.schema.safeParse(experiment);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(describeIssue).join(". ");
    throw new ExperimentError(`This experiment of kind "${description.kind}" cannot be run. ${faults}.`);
  }
  description.check(parsed.data);
  return parsed.data;
}

/** One fault that zod found, naming its field. */
function describeIssue(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    const of = issue.errors.at(-1)!; // The name is rarely at fault; the configuration is.
    return of.map((inner) => describeIssue({ ...inner, path: [...issue.path, ...inner.path] })).join(". ");
  }
  const field = issue.path.join(".") || "the experiment";
  if (issue.code !== "unrecognized_keys") return `${field}: ${issue.message}`;
  const where = issue.path.length ? `${field}.` : "";
  return issue.keys.map((key) => `${where}${key}: there is no such field`).join("; ");
}

/**
 * The identity of an experiment; the name of its folder under `runs/`. Of datasets of one's own their content
 * enters it, not their titles.
 *
 * @param data hash of the manifest of each of its datasets, of several together those of each with "+"
 *   between. Default: today's
 * @returns 16 hex digits
 */
export function hashAs<E extends OfKind>(
  description: Description<E>,
  experiment: E,
  data: readonly string[] = description.datasets(experiment).map((name) =>
    manifestsOf(name).map(datasetHash).join("+")
  ),
): string {
  const { version } = description;
  const identity = JSON.parse(contentName(JSON.stringify(description.identity(experiment))));
  return identityOf({ experiment: identity, data, version });
}
