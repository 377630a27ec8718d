/** The command `predict` on a run at the smoke preset. */
import { besideModule } from "~/disk/mod.ts";
import assert from "node:assert/strict";
import { join } from "node:path";
import { parsePredict, predictionTable } from "../../src/cli/predict.ts";
import { encodePng } from "../../src/images/mod.ts";
import { datasets, finished, runs } from "../made/predict/finished_run.ts";

/** The command in a process of its own. */
async function predict(...args: string[]) {
  const script = besideModule(import.meta.url, "../../src/cli/predict.ts");
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, ...args],
    env: { NTD_RUNS: runs, NO_COLOR: "1" },
  });
  const { code, stdout, stderr } = await command.output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

Deno.test("the command: JSON rows add up, nested folders, what cannot be read is listed, other files are left alone", async () => {
  const { hash, folder } = await finished();
  const mixed = Deno.makeTempDirSync();
  Deno.mkdirSync(join(mixed, "a/b"), { recursive: true });
  Deno.mkdirSync(join(mixed, ".hidden"));
  Deno.copyFileSync(join(folder, "mdi/00.png"), join(mixed, "a/b/icon.PNG"));
  Deno.copyFileSync(join(folder, "mdi/00.png"), join(mixed, ".hidden/icon.png"));
  Deno.copyFileSync(join(folder, "mdi/00.png"), join(mixed, "._icon.png"));
  const clear = await encodePng({
    pixels: new Uint8Array(40 * 30 * 3).fill(200),
    width: 40,
    height: 30,
    channels: 3,
  });
  Deno.writeFileSync(join(mixed, "colour.jpeg"), clear);
  Deno.writeFileSync(
    join(mixed, "cut.png"),
    Deno.readFileSync(join(folder, "tabler/00.png")).subarray(0, 100),
  );
  Deno.writeTextFileSync(join(mixed, "text.webp"), "no image");
  Deno.writeTextFileSync(join(mixed, "notes.txt"), "no image either");
  Deno.symlinkSync(mixed, join(mixed, "a/again"));

  const json = await predict(hash, mixed, "--json");
  assert.equal(json.code, 0, json.stderr);
  const rows = JSON.parse(json.stdout);
  assert.deepEqual(rows.map(({ file }: { file: string }) => file), [
    "a/b/icon.PNG",
    "colour.jpeg",
    "cut.png",
    "text.webp",
  ]);
  for (const { predicted, probabilities } of rows.slice(0, 2)) {
    assert.deepEqual(Object.keys(probabilities), datasets);
    const values = Object.values<number>(probabilities);
    assert.ok(Math.abs(values.reduce((a, b) => a + b) - 1) < 1e-5);
    assert.equal(probabilities[predicted], Math.max(...values));
  }
  assert.ok(rows.slice(2).every(({ reason }: { reason?: string }) => reason), json.stdout);

  const table = await predict(join(runs, hash), mixed);
  assert.equal(table.code, 0, table.stderr);
  assert.match(table.stdout, /^file +predicted +tabler +phosphor +mdi$/m);
  assert.match(table.stdout, /^a\/b\/icon\.PNG +(tabler|phosphor|mdi) +\d+\.\d% +\d+\.\d% +\d+\.\d%$/m);
  assert.match(table.stdout, /^Not read: cut\.png: .+$/m);
  assert.match(table.stdout, /^Not read: text\.webp: .+$/m);
  const counts = [...table.stdout.matchAll(/^(?:tabler|phosphor|mdi) +(\d) +\d+\.\d%$/gm)].map(([, n]) =>
    Number(n)
  );
  assert.deepEqual([counts.length, counts.reduce((a, b) => a + b)], [3, 2]);
});

Deno.test("the command says what is wrong with its arguments", async () => {
  const { hash, folder } = await finished();
  assert.throws(
    () => parsePredict([hash]),
    /A run and a folder, please; 1 argument\(s\) were given\.\nUsage/,
  );
  assert.deepEqual(parsePredict([hash, "x", "--json"]), { run: hash, folder: "x", json: true });
  const refuse = async (args: string[], code: number, pattern: RegExp) => {
    const result = await predict(...args);
    assert.equal(result.code, code);
    assert.equal(result.stdout, "");
    assert.match(result.stderr, pattern);
  };
  await refuse([hash], 2, /A run and a folder/);
  await refuse(["beef", folder], 2, /^There is no run "beef"\. Known runs in/);
  const empty = Deno.makeTempDirSync();
  await refuse([hash, join(empty, "nowhere")], 2, /^There is no folder ".*nowhere"\.$/m);
  await refuse([hash, empty], 2, /^There is no image \(\.jpg, .*\) in ".*"\.$/m);
});

Deno.test("a table of files none of which could be read", () => {
  const table = predictionTable(
    { datasets, predictions: [], unread: [{ file: "a.png", reason: "cut" }] },
    80,
  );
  assert.equal(table, "Not read: a.png: cut");
});
