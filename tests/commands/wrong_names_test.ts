/** Arguments that name nothing end every command with the code of wrong arguments, and one message. */
import assert from "node:assert/strict";
import { besideModule } from "~/disk/mod.ts";

const WRONG: Record<string, string[]> = {
  runs: ["nowhere"],
  fetch: ["nowhere"],
  play: ["--data", "nowhere", "--no-open"],
  reproduce: ["--data", "nowhere"],
  predict: ["nowhere", "."],
  plan: ["nowhere.jsonl"],
  sweep: ["nowhere.jsonl", "--dry-run"],
  bench: ["nowhere"],
  test: ["nowhere_test.ts"],
};

for (const [command, args] of Object.entries(WRONG)) {
  Deno.test(`${command} ${args.join(" ")}: ends with 2, and names what it does not know`, async () => {
    const runs = await Deno.makeTempDir();
    const script = besideModule(import.meta.url, `../../src/cli/${command}.ts`);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", script, ...args],
      env: { NTD_RUNS: runs, NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const said = new TextDecoder().decode(stderr);
    assert.equal(code, 2, said);
    assert.match(said, /nowhere/);
    assert.doesNotMatch(said, /^ +at /m, "no stack");
    assert.equal(new TextDecoder().decode(stdout), "");
    await Deno.remove(runs, { recursive: true });
  });
}
