import type { TestedClaim } from "../../../src/paper/mod.ts";

/** A claim that holds, as a notebook shows it. */
export const claim: TestedClaim = {
  id: "above-chance",
  statement: "Every combination is told apart.",
  source: "Table 2",
  paper: "62.8% to 92.7%",
  ours: "71.0% [68.6, 73.3]",
  verdict: "holds",
  reason: "the interval is above chance",
};
