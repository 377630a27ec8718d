/** `deno task audit`: its arguments, and what a CI job sees of it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { answer, exitCode, parseAudit } from "~/cli/audit.ts";
import { UsageError } from "~/cli/command.ts";
import { besideModule } from "~/disk/mod.ts";
import { SetupError } from "~/setup/mod.ts";
import { auditedFolders } from "../made/experiments/audited_folders.ts";

Deno.test("arguments are read, and wrong ones say what is right", () => {
  assert.deepEqual(parseAudit(["a", "b"]).folders, ["a", "b"]);
  assert.equal(parseAudit(["a", "b", "--same-encoding"]).side, 128);
  assert.equal(parseAudit(["--same-encoding", "a", "b"]).side, 128);
  assert.equal(parseAudit(["a", "b", "--same-encoding", "64"]).side, 64);
  assert.deepEqual(parseAudit(["a", "b", "--groups", "x.csv"]).groups, { csv: "x.csv" });
  assert.deepEqual(parseAudit(["a", "b", "--groups", "^(\\d+)"]).groups, { pattern: "^(\\d+)" });
  assert.deepEqual(parseAudit(["a", "b", "--evidence", "hog, canny"]).evidence, ["hog", "canny"]);
  assert.throws(() => parseAudit(["a"]), /Two folders or more, please; 1 were named/);
  assert.throws(() => parseAudit(["a", "b", "--fail-above", "2"]), /--fail-above: "2" is no area/);
  assert.throws(() => parseAudit(["a", "b", "--images", "0"]), /--images: "0" is no number of images/);
  assert.throws(() => parseAudit(["a", "b", "--seed", "x"]), /--seed/);
});

Deno.test("the exit code is 0, 1 above the limit, 2 where nothing can be told", () => {
  const share = (low: number) => ({ value: low + 0.05, low, high: low + 0.1 });
  const pair = (low: number, adjusted: number) => ({
    verdict: adjusted <= 0.05 ? "told apart" : "not told apart",
    tests: [{ area: share(low), adjusted }],
  });
  const few = { verdict: "too few to tell", tests: [] };
  const code = (pairs: unknown[], failAbove?: number) =>
    exitCode({ result: { pairs } } as never, ({ adjusted }) => adjusted <= 0.05, failAbove);
  assert.equal(code([pair(0.6, 0.2)]), 0);
  assert.equal(code([pair(0.6, 0.01)]), 1);
  assert.equal(code([pair(0.6, 0.01)], 0.59), 1);
  assert.equal(code([pair(0.6, 0.01)], 0.61), 0);
  assert.equal(code([pair(0.6, 0.2), few]), 2);
  assert.equal(code([pair(0.6, 0.01), few]), 1);
});

Deno.test("a set-up that fails is no answer, and never the exit code of folders that differ", async () => {
  const request = parseAudit(["a", "b"]);
  const never = () => new AbortController().signal;
  const fails = () => Promise.reject(new SetupError("there is no python3"));
  await assert.rejects(answer(request, never, fails), (error: Error) => {
    assert.ok(error instanceof UsageError);
    return error.message === "there is no python3";
  });
  const interrupted = () => Promise.reject(new DOMException("interrupted", "AbortError"));
  await assert.rejects(answer(request, never, interrupted), DOMException);
});

/** Runs the command in a process of its own. */
async function command(path: string, ...args: string[]) {
  const script = besideModule(import.meta.url, "../../src/cli/audit.ts");
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, ...args],
    cwd: path,
    env: { NTD_DATA: join(path, "data"), NTD_RUNS: join(path, "runs") },
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out, err };
}

/** Flags that are refused before an image is read. */
const WRONG: [string[], RegExp][] = [
  [["--report", "none/r.html"], /--report: there is no folder none for r\.html; make it first/],
  [["--csv", "a"], /--csv: "a" is no file's name/],
  [["--png", ""], /--png: "" is no file's name/],
  [["--same-encoding", "8"], /sameEncoding\.side/],
];

Deno.test("the command ends with 1 for folders that differ, 0 for those that do not, and 2 otherwise", async () => {
  using files = await auditedFolders({
    a: { images: 30, seed: 6000 },
    b: { images: 30, seed: 6100, red: 90 },
    few: { images: 3, seed: 6200 },
  });
  const evidence = ["--evidence", "mean-color"];
  const differ = await command(files.path, "a", "b", ...evidence, "--json", "-", "--report", "r.html");
  assert.equal(differ.code, 1, differ.err);
  assert.equal(JSON.parse(differ.out).pairs[0].verdict, "told apart");
  assert.match(Deno.readTextFileSync(join(files.path, "r.html")), /^<!doctype html>/);
  const limited = await command(files.path, "a", "b", ...evidence, "--fail-above", "0.999");
  assert.equal(limited.code, 0, limited.err);
  assert.match(limited.out, /a and b are told apart by mean colour/);
  const same = await command(files.path, "a", "a", ...evidence);
  assert.equal(same.code, 0, same.err);
  assert.match(same.out.replaceAll(/\s+/g, " "), /not told apart .* All images are in both/);
  const few = await command(files.path, "a", "few", ...evidence);
  assert.equal(few.code, 2);
  assert.match(few.out, /too few to tell/);
  const wrong = await command(files.path, "a", "nowhere", ...evidence);
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /nowhere/);
  for (const [flags, fault] of WRONG) {
    const { code, out, err } = await command(files.path, "a", "b", ...evidence, ...flags);
    assert.deepEqual([code, out], [2, ""]); // nothing was read
    assert.match(err, fault);
  }
  const written = await command(
    files.path,
    "a",
    "few",
    ...evidence,
    "--report",
    "few.html",
    "--png",
    "few.png",
  );
  assert.match(written.out, /Written: few\.html/);
  assert.deepEqual([written.code, /No picture/.test(written.err)], [2, true]);
  const unknown = await command(files.path, "a", "b", "--evidence", "smell");
  assert.equal(unknown.code, 2);
  assert.match(unknown.err, /evidence\.0: .*"mean-color"/);
});
