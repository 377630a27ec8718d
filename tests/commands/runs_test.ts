/** `deno task runs` as a whole, on made-up records. */
import { besideModule } from "~/disk/mod.ts";
import assert from "node:assert/strict";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { RunFolder } from "../../src/experiments/mod.ts";
import { venvPython } from "../../src/setup/mod.ts";
import { hash, RunFolders } from "../made/records/run_folders.ts";

const script = besideModule(import.meta.url, "../../src/cli/runs.ts");
const command = ["run", "-A", "--no-check", script];

/** Runs a program; its standard input is no terminal. */
async function ran(program: string, args: string[], { root }: RunFolders) {
  const env = { NTD_RUNS: root, NO_COLOR: "1" };
  const output = await new Deno.Command(program, { args, env, stdin: "null" }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return {
    code: output.code,
    bytes: output.stdout,
    stdout: text(output.stdout),
    stderr: text(output.stderr),
  };
}

const runs = (folders: RunFolders, ...args: string[]) => ran(Deno.execPath(), [...command, ...args], folders);

const left = ({ root }: RunFolders) => [...Deno.readDirSync(root)].map(({ name }) => name).sort();

Deno.test("the command lists, compares, exports, and says which run is meant", async () => {
  using folders = new RunFolders();
  folders.classifier(hash("aa"));
  folders.classifier(hash("ab"), { model: "convnext_micro" });
  folders.write(hash("cc"), "experiment.json", "{");

  const list = await runs(folders);
  assert.equal(list.code, 0, list.stderr);
  assert.match(list.stdout, /^aa000000 .* resnet_tiny .* 90\.0% \[69\.9, 97\.2\]/m);
  assert.match(list.stdout, /^cc000000 is damaged: experiment\.json is not JSON$/m);

  const pair = await runs(folders, "aa", "ab");
  assert.equal(pair.code, 0, pair.stderr);
  assert.match(pair.stdout, /^model +resnet_tiny +convnext_micro$/m);

  const unclear = await runs(folders, "a", "--json");
  assert.deepEqual([unclear.code, unclear.stdout], [2, ""]);
  assert.match(unclear.stderr, /^2 runs begin with "a"\. Give more digits:\n {2}a/);

  const parquet = await runs(folders, "--parquet", "--model", "convnext");
  assert.equal(parquet.code, 0, parquet.stderr);
  const [row, ...others] = await parquetReadObjects({ file: parquet.bytes.buffer as ArrayBuffer });
  assert.deepEqual([row.hash, row.accuracy, others.length], [hash("ab"), 0.9, 0]);

  const out = join(folders.root, "said.json");
  const said = await runs(folders, "--predictions", "aa", "--out", out);
  assert.deepEqual([said.code, said.stdout], [0, ""], said.stderr);
  const predictions = JSON.parse(Deno.readTextFileSync(out));
  assert.deepEqual([predictions.length, predictions[0].image, predictions[0].right], [
    20,
    "tabler/key0",
    false,
  ]);

  const board = join(folders.root, "board");
  const curves = await runs(folders, "--tensorboard", board);
  assert.deepEqual(curves.stdout, `2 of 3 runs written. Look at them: tensorboard --logdir ${board}\n`);
  assert.match(curves.stderr, /^cc0+ is damaged and has no curve\.$/m);
  assert.equal([...Deno.readDirSync(board)].length, 2);
});

Deno.test("the command deletes when asked twice, and never what a process holds", async () => {
  using folders = new RunFolders();
  folders.classifier(hash("aa"));
  folders.classifier(hash("bb"), { finishedAt: null });
  folders.classifier(hash("cc"));
  const all = left(folders);

  const once = await runs(folders, "--delete", "aa");
  assert.equal(once.code, 2);
  assert.match(once.stdout, /^1 run, \d\.\d kB, would be deleted from /m);
  assert.match(once.stderr, /^Nothing was deleted: there is no terminal to ask at\. Give --yes/);
  assert.deepEqual(left(folders), all);

  {
    using _held = await new RunFolder(hash("bb"), folders.root).lock();
    const twice = await runs(folders, "--delete", "aa", "bb", "--yes");
    assert.equal(twice.code, 1, twice.stderr);
    assert.match(twice.stdout, /^bb000000 .* running: it stays/m);
    assert.match(twice.stdout, /^Deleted: 1 of 2 runs\.$/m);
    assert.deepEqual(left(folders), [hash("bb"), hash("cc")]);
  }

  const helper = besideModule(import.meta.url, "../made/records/at_terminal.py");
  const asked = (answer: string, ...args: string[]) =>
    ran(
      venvPython(),
      [helper, 'Type "yes":', answer, Deno.execPath(), ...command, "--delete", ...args],
      folders,
    );
  const no = await asked("y", "cc");
  assert.equal(no.code, 1, no.stdout);
  assert.match(no.stdout, /Nothing was deleted\./);
  const yes = await asked("yes", "--unfinished");
  assert.equal(yes.code, 0, yes.stdout);
  assert.deepEqual(left(folders), [hash("cc")]);
});
