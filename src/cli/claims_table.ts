/** The claims of executed notebooks as one table. */
import { CLAIMS_MIME } from "../notebook/mod.ts";
import type { TestedClaim } from "../paper/mod.ts";
import { textTable } from "./text_table.ts";

/** The part of a notebook file that claims are read from. */
interface NotebookFile {
  cells: { outputs?: { data?: Record<string, unknown> }[] }[];
}

/** The claims in an executed notebook's outputs, in order. */
export function claimsOf(notebook: string): TestedClaim[] {
  const { cells } = JSON.parse(notebook) as NotebookFile;
  return cells.flatMap(({ outputs = [] }) =>
    outputs.flatMap(({ data }) =>
      (data?.[CLAIMS_MIME] as { claims: TestedClaim[] } | undefined)?.claims ?? []
    )
  );
}

/** Claim, the paper's figure, ours with its 95% interval, verdict. `width` is the terminal's. */
export function claimsTable(claims: readonly TestedClaim[], width: number): string {
  const rows = claims.map((
    { statement, source, paper, ours, verdict },
  ) => [`${statement} (${source})`, paper, ours, verdict]);
  return textTable(["claim", "the paper", "ours, with its 95% interval", "verdict"], rows, width);
}
