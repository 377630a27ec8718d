/**
 * The zod schemas of augmentations and corruptions, made from their parameters. This is a second door beside
 * mod.ts: threads that make batches load mod.ts and should not wait for zod.
 */
import { z } from "zod";
import { type Corruption, CORRUPTIONS } from "./corruptions.ts";
import type { Interpolation } from "./resample.ts";
import { type Parameter, type Parameters, rangeOf, textFault } from "./parameters.ts";
import { type Augmentation, augmentationParameters } from "./transforms/augmentation.ts";

/** A filter of resizing. */
export const interpolationSchema = z.enum(["bilinear", "bicubic"]) satisfies z.ZodType<Interpolation>;

/** An augmentation; every range is checked. */
export const augmentationSchema = z.strictObject(shapeOf(augmentationParameters)) as unknown as z.ZodType<
  Augmentation
>;

const [first, ...more] = CORRUPTIONS.map(({ name, parameters }) =>
  z.strictObject({ name: z.literal(name), ...shapeOf(parameters) })
);

/** A corruption; every range is checked. */
export const corruptionSchema = z.discriminatedUnion("name", [first, ...more]) as unknown as z.ZodType<
  Corruption
>;

function shapeOf(parameters: Parameters): Record<string, z.ZodType> {
  return Object.fromEntries(Object.entries(parameters).map(([name, parameter]) => [name, field(parameter)]));
}

/** A parameter that may be left out where it has a default, and be null where nothing is its default. */
function field(parameter: Parameter): z.ZodType {
  const value = schemaOf(parameter).describe(parameter.does);
  if (!("default" in parameter)) return value;
  return parameter.default === null ? value.nullish() : value.optional();
}

function schemaOf(parameter: Parameter): z.ZodType {
  const message = {
    error: ({ input }: { input?: unknown }) => `it is ${input}; it must be ${rangeOf(parameter)}`,
  };
  switch (parameter.type) {
    case "number": {
      const { least, most = Infinity, whole } = parameter;
      return (whole ? z.int(message) : z.number(message)).min(least, message).max(most, message);
    }
    case "interval": {
      const { above, most = Infinity } = parameter;
      const end = z.number(message).gt(above, message).max(most, message);
      return z.tuple([end, end], message).refine(([low, high]) => low <= high, message);
    }
    case "choice":
      return z.enum([...parameter.choices], message);
    case "text":
      return z.string(message).check((context) => {
        const wrong = textFault(parameter, context.value);
        if (wrong) context.issues.push({ code: "custom", message: wrong, input: context.value });
      });
    case "group":
      return z.strictObject(shapeOf(parameter.parameters));
  }
}
