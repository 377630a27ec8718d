/** What a run of `deno test` came to, read from what it prints. */
export interface Tally {
  passed: number;
  failed: number;
  /** Names of the skipped tests; each says its reason, as in "… (skipped: no Chromium here)". */
  skipped: string[];
}

const RESULT = /^(\S.*) \.\.\. (ok|FAILED|ignored)(?: \(.*\))?$/;
const SUMMARY = /^(?:ok|FAILED) \| (\d+) passed.*? \| (\d+) failed/;

/**
 * Counts the tests in the output of `deno test` (without colours). Its last line counts files that fail to load, too. Where that line
 * is missing the process has ended early, which is one more failure.
 */
export function tally(output: string): Tally {
  const lines = output.split("\n");
  const results = lines.map((line) => line.match(RESULT)).filter((match) => match !== null);
  const count = (outcome: string) => results.filter((match) => match[2] === outcome).length;
  const skipped = results.filter((match) => match[2] === "ignored").map((match) => match[1]);
  const summary = lines.map((line) => line.match(SUMMARY)).findLast((match) => match !== null);
  return summary
    ? { passed: Number(summary[1]), failed: Number(summary[2]), skipped }
    : { passed: count("ok"), failed: count("FAILED") + 1, skipped };
}
