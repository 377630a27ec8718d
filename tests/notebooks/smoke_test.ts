import assert from "node:assert/strict";
import { join } from "node:path";
import { reproduce, selectNotebooks } from "../../src/cli/reproduce.ts";
import { repositoryRoot } from "~/disk/mod.ts";
import { scratchNotebooks } from "../made/commands/scratch_notebooks.ts";

for (const name of selectNotebooks(join(repositoryRoot, "notebooks"))) {
  Deno.test(`notebook ${name} runs at smoke, and its claims are collected`, async () => {
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
    const executed = await Deno.readTextFile(copies[0]);
    assert.ok(!executed.includes(`"output_type": "error"`));
    // 00 shows the set-up and the data; every other notebook tests claims of the paper.
    if (!name.startsWith("00")) assert.ok(claims.length > 0);
    for (const claim of claims) {
      assert.match(claim.verdict, /^(holds|does not hold|not shown at this scale)$/);
    }
  });
}
