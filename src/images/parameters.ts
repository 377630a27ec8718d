/**
 * Parameters of transforms and corruptions, with their ranges written once. From them follow the types of
 * settings, the check of a thread, which has no zod, the zod schemas (schemas.ts), an augmentation's identity
 * and the table of the documentation.
 */

/** Any parameter. */
export type Parameter =
  | NumberParameter
  | IntervalParameter
  | ChoiceParameter
  | TextParameter
  | GroupParameter;

/** Parameters by their names. */
export type Parameters = Readonly<Record<string, Parameter>>;

interface Described {
  /** Says in a few words what the value decides. */
  does: string;
  /**
   * The value of a parameter that is left out; `null` switches off. A parameter without a default must be
   * given.
   */
  default?: unknown;
}

/** A number. */
export interface NumberParameter extends Described {
  type: "number";
  /** The range, both ends included. Without `most` there is no upper end. */
  least: number;
  most?: number;
  /** Whole numbers only. */
  whole?: boolean;
  /** A size in px grows with the image; see `scaleCorruption`. */
  unit?: "px";
}

/** Two numbers, the lower one first. */
interface IntervalParameter extends Described {
  type: "interval";
  /** Both are greater than this. */
  above: number;
  /** Neither is greater than this. Default: no limit. */
  most?: number;
}

/** One of a few words. */
export interface ChoiceParameter extends Described {
  type: "choice";
  choices: readonly string[];
}

/** A text in a notation of its own. */
interface TextParameter extends Described {
  type: "text";
  /** The notation's name, for a table. */
  notation: string;
  /** @throws {Error} when the text cannot be read */
  read(text: string): unknown;
}

/** Parameters that stand under one name. */
export interface GroupParameter extends Described {
  type: "group";
  parameters: Parameters;
}

/** The values that a parameter takes. */
export type ValueOf<P extends Parameter> = P extends NumberParameter ? number
  : P extends IntervalParameter ? [number, number]
  : P extends ChoiceParameter ? P["choices"][number]
  : P extends TextParameter ? string
  : P extends GroupParameter ? SettingsOf<P["parameters"]>
  : never;

type WithNull<P extends Parameter> = ValueOf<P> | (P extends { default: null } ? null : never);

/** The same object type, written out in one piece. */
export type Flat<T> = { [K in keyof T]: T[K] };

/**
 * A value for every parameter; those with a default may be left out. Parameters that TypeScript does not know
 * take anything.
 */
export type SettingsOf<P extends Parameters> = string extends keyof P ? Record<string, unknown> : Flat<
  & { -readonly [K in keyof P as P[K] extends { default: unknown } ? never : K]: ValueOf<P[K]> }
  & { -readonly [K in keyof P as P[K] extends { default: unknown } ? K : never]?: WithNull<P[K]> }
>;

/** A value for every parameter. */
export type CompleteSettingsOf<P extends Parameters> = string extends keyof P ? Record<string, unknown>
  : { -readonly [K in keyof P]: WithNull<P[K]> };

/** Settings with the default of every parameter that is left out. */
export function withDefaults<P extends Parameters>(
  parameters: P,
  settings: SettingsOf<P>,
): CompleteSettingsOf<P> {
  const given = settings as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => [name, given[name] ?? parameter.default]),
  ) as CompleteSettingsOf<P>;
}

/** Settings without those that equal their default: the same settings become the same object. */
export function withoutDefaults<S extends object>(parameters: Parameters, settings: S): Partial<S> {
  const isGiven = (name: string, value: unknown) =>
    value != null && JSON.stringify(value) !== JSON.stringify(parameters[name]?.default);
  return Object.fromEntries(
    Object.entries(settings).filter(([name, value]) => isGiven(name, value)),
  ) as Partial<S>;
}

/**
 * Checks settings without zod, for which threads do not wait.
 *
 * @param path name of the settings, for the message
 * @throws {Error} naming the first parameter at fault
 */
export function checkSettings(parameters: Parameters, settings: object, path: string): void {
  const given = settings as Record<string, unknown>;
  for (const [name, parameter] of Object.entries(parameters)) {
    const wrong = faultOf(parameter, given[name], `${path}.${name}`);
    if (wrong) throw new Error(wrong);
  }
}

/** A sentence about the fault of the value that is called `name`; undefined where there is none. */
export function faultOf(parameter: Parameter, value: unknown, name: string): string | undefined {
  if ("default" in parameter && (value === undefined || value === parameter.default)) return undefined;
  if (parameter.type === "group") {
    const inner = Object.entries(parameter.parameters);
    return inner.map(([key, each]) => faultOf(each, (value as never)?.[key], `${name}.${key}`)).find(Boolean);
  }
  if (parameter.type === "text") {
    const wrong = textFault(parameter, value);
    return wrong && `${name}: ${wrong}`;
  }
  if (isWithin(parameter, value)) return undefined;
  return `${name} is ${typeof value === "string" ? `"${value}"` : value}; it must be ${rangeOf(parameter)}`;
}

/** The fault of a text, in the words of its reader; undefined where there is none. */
export function textFault({ read, notation }: TextParameter, value: unknown): string | undefined {
  if (typeof value !== "string") return `${value} is not a text in ${notation}`;
  try {
    read(value);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function isWithin(
  parameter: NumberParameter | IntervalParameter | ChoiceParameter,
  value: unknown,
): boolean {
  if (parameter.type === "choice") return parameter.choices.includes(value as string);
  const { most = Infinity } = parameter;
  if (parameter.type === "number") {
    const { least, whole } = parameter;
    return typeof value === "number" && value >= least && value <= most &&
      (!whole || Number.isInteger(value));
  }
  if (!Array.isArray(value) || value.length !== 2 || !value.every(Number.isFinite)) return false;
  const [low, high] = value;
  return low > parameter.above && low <= high && high <= most;
}

/** A parameter's range in words: "0 to 1", "const, rand or pixel". */
export function rangeOf(parameter: Parameter): string {
  switch (parameter.type) {
    case "number": {
      const { least, most, whole, unit } = parameter;
      const range = most === undefined ? `${least} or more` : `${least} to ${most}`;
      return `${whole ? "a whole number, " : ""}${range}${unit ? ` ${unit}` : ""}`;
    }
    case "interval": {
      const { above, most } = parameter;
      return `two numbers, ${above} < least <= greatest${most === undefined ? "" : ` <= ${most}`}`;
    }
    case "choice":
      return `${parameter.choices.slice(0, -1).join(", ")} or ${parameter.choices.at(-1)}`;
    case "text":
      return parameter.notation;
    case "group":
      return parametersText(parameter.parameters);
  }
}

/** Parameters and their ranges in one line, for a table. */
export function parametersText(parameters: Parameters): string {
  return Object.entries(parameters).map(([name, parameter]) =>
    parameter.type === "group" ? `${name} { ${rangeOf(parameter)} }` : `${name}: ${rangeOf(parameter)}`
  ).join("; ");
}
