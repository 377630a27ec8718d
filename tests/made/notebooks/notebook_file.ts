/** Notebook files, and what is wrong with executed ones. */
import { codeCells, silentCells } from "../../../src/cli/executed_notebook.ts";
import { CLAIMS_MIME } from "../../../src/notebook/mod.ts";
import type { Claim, TestedClaim } from "../../../src/paper/mod.ts";
import * as door from "../../../src/mod.ts";

const VERDICT = /^(holds|does not hold|not shown\b.*)$/;

/**
 * Everything that is wrong with an executed notebook, a line each: cells that failed or show nothing, figures
 * without a picture, and a table of claims that is not there or lacks a claim, or a verdict, of those that
 * its cell tests.
 */
export function faultsOf(file: string): string[] {
  const silent = silentCells(file).map(({ cell, source }) =>
    `code cell ${cell} (${lastLine(source)}): shows nothing`
  );
  const faults = codeCells(file).flatMap(({ source, outputs }, at) => {
    const data = outputs.flatMap(({ data }) => data ? [data] : []);
    const has = (mime: string) => data.some((formats) => formats[mime]);
    const faults = outputs.filter(({ output_type }) => output_type === "error").map(({ ename }) =>
      `${ename}`
    );
    if (/^show\(/m.test(source) && !(has("application/vnd.plotly.v1+json") && has("image/svg+xml"))) {
      faults.push("has no figure, or no picture of it");
    }
    if (/^showClaims\(/m.test(source)) faults.push(...claimFaults(source, data));
    return faults.map((fault) => `code cell ${at + 1} (${lastLine(source)}): ${fault}`);
  });
  return [...silent, ...faults];
}

const lastLine = (source: string) => source.trim().split("\n").at(-1);

function claimFaults(source: string, data: readonly Record<string, unknown>[]): string[] {
  const tested = data.flatMap((formats) =>
    (formats[CLAIMS_MIME] as { claims: TestedClaim[] } | undefined)?.claims ?? []
  );
  const lists = source.replace(/^import [^;]*;/m, "").match(/\b(?!testC|showC)\w+Claims\b/g) ?? [];
  const expected = lists.flatMap((name) => door[name as keyof typeof door] as unknown as Claim[]);
  const [ids, found] = [expected, tested].map((claims) => claims.map(({ id }) => id));
  const plain = data.map((formats) => [formats["text/plain"]].flat().join("")).join("\n");
  return [
    ...(ids.length > 0 && ids.toSorted().join() === found.toSorted().join()
      ? []
      : [`tests ${ids.join()}, shows ${found.join()}`]),
    ...tested.flatMap(({ id, verdict, ours, reason, statement }) => {
      if (!VERDICT.test(verdict) || !ours || !reason) return [`${id} has no verdict, figure or reason`];
      const row = plain.split("\n").find((line) => line.includes(statement));
      return row?.includes(verdict) ? [] : [`${id} is not in the table with its verdict`];
    }),
  ];
}

/** Whether a notebook tests claims of the paper. */
export function testsClaims(file: string): boolean {
  return codeCells(file).some(({ source }) => /^showClaims\(/m.test(source));
}
