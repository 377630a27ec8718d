import assert from "node:assert/strict";
import { join } from "node:path";
import { claimsOf } from "~/cli/executed_notebook.ts";
import { reproduce, selectNotebooks } from "~/cli/reproduce.ts";
import { repositoryRoot } from "~/disk/mod.ts";
import { scratchNotebooks } from "../made/commands/scratch_notebooks.ts";
import { faultsOf, testsClaims } from "../made/notebooks/notebook_file.ts";

for (const name of selectNotebooks(join(repositoryRoot, "notebooks"))) {
  Deno.test(`notebook ${name} runs at smoke, shows what it should, and its claims are collected`, async () => {
    await using _ = await scratchNotebooks({}); // records of this test only
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    const { failures, claims, copies } = await reproduce({
      preset: "smoke",
      only: [name],
      log,
      cellTimeout: 300,
    });
    assert.deepEqual(failures, [], lines.join("\n"));
    assert.equal(copies.length, 1);
    const executed = await Deno.readTextFile(copies[0]);
    assert.deepEqual(faultsOf(executed), []);
    assert.deepEqual(claims, await claimsOf(executed));
    assert.equal(claims.length > 0, testsClaims(executed));
  });
}
