/**
 * Writes the results page, and the README's picture, from the notebooks' outputs. Run it when notebooks have
 * been executed anew, and when the code has changed: then the page says that it was made by other code.
 *
 *     deno run -A tests/made/notebooks/write_results.ts
 */
import { repositoryRoot } from "~/disk/mod.ts";
import { resultsCode } from "~/experiments/mod.ts";
import { combinationsPicture, readResults, resultsPage } from "./results_page.ts";

const results = readResults();
Deno.writeTextFileSync(`${repositoryRoot}notebooks/results.md`, await resultsPage(results, resultsCode()));
Deno.writeTextFileSync(`${repositoryRoot}notebooks/images/combinations.svg`, combinationsPicture(results));
