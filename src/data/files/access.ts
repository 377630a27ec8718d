import { z } from "zod";

/** Who may read a dataset's files: a manifest's `access`. */
export const accessSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("open").describe("Anybody.") }),
  z.strictObject({
    kind: z.literal("gated").describe("Whoever has accepted its terms and shows a token."),
    token: z.string().regex(/^[A-Z][A-Z0-9_]*$/).describe(
      "Environment variable that holds the token; it is never written to disk or shown.",
    ),
    terms: z.url().describe("Where the terms are accepted."),
  }),
]);

export type Access = z.infer<typeof accessSchema>;

/** A refusal that another attempt would meet again. */
export class Refused extends Error {}

/**
 * The header that shows the token, or none for open datasets.
 *
 * @throws Refused, naming the variable, when it is not set
 */
export function authorization(access: Access): Record<string, string> {
  if (access.kind === "open") return {};
  const token = Deno.env.get(access.token);
  if (token) return { authorization: `Bearer ${token}` };
  throw new Refused(
    `the dataset is gated: accept its terms at ${access.terms} and put your token in the environment variable ${access.token}`,
  );
}
