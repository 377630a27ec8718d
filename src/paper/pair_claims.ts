import type { Claim } from "./claims.ts";
import { everyOneAboveChance, someAreHarder } from "./combination_tests.ts";

/** What the pairs of Table 2's datasets add to it. The paper has three datasets and more, so it says nothing about them. */
export const pairClaims: readonly Claim[] = [
  {
    id: "every-pair-above-chance",
    statement: "Every two datasets are told apart.",
    source: "pairs of Table 2's datasets, beyond the paper",
    paper: "– (chance 50%)",
    test: (records) => everyOneAboveChance(records, 2),
  },
  {
    id: "pairs-differ",
    statement: "Some pairs are harder than others.",
    source: "pairs of Table 2's datasets, beyond the paper",
    paper: "–",
    test: (records) => someAreHarder(records, 2),
  },
];
