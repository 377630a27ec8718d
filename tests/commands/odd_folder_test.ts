/**
 * A checkout in a folder whose name is another one in a URL: set-up, commands and a notebook work there as
 * anywhere. Its folders of data, records and manifests are named by relative paths, which are the same
 * folders for commands, the notebook's kernel and the threads and processes of both.
 */
import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "~/disk/mod.ts";
import { photoFile, photoManifest } from "../made/data/photo_files.ts";
import { notebookOf } from "../made/commands/scratch_notebooks.ts";

const NAME = "a b ü 100% %23 #x?y";

const FOLDERS = { NTD_DATA: "own/data %", NTD_RUNS: "own/runs #", NTD_MANIFESTS: "own/manifests ?" };

const DATASETS = ["one", "two", "three"];
const [TRAIN, VALIDATION] = [8, 4];

const RUN = `import { baseline, sweep } from "~/experiments/mod.ts";
const [record] = await sweep([baseline({ datasets: ${JSON.stringify(DATASETS)}, preset: "smoke", seed: 0,
  imagesPerDataset: ${TRAIN}, validationPerDataset: ${VALIDATION}, recipe: { epochs: 1 } })]);
record.hash`;

/**
 * A copy of this checkout in a folder of an awkward name, with datasets of its own and one notebook. Its npm
 * packages are not there yet. Its `.venv` has this one's Python and packages, but no kernel yet.
 */
async function oddCheckout() {
  const parent = Deno.realPathSync(Deno.makeTempDirSync());
  const root = join(parent, NAME);
  for (const name of ["src", "deno.json", "deno.lock", "requirements.txt"]) {
    cpSync(join(repositoryRoot, name), join(root, name), { recursive: true });
  }
  Deno.mkdirSync(join(root, "data_manifests"));
  await writeDatasets(join(root, FOLDERS.NTD_MANIFESTS));
  Deno.mkdirSync(join(root, "notebooks"));
  Deno.writeTextFileSync(join(root, "notebooks/01_run.ipynb"), notebookOf([RUN]));
  borrowVenv(join(repositoryRoot, ".venv"), join(root, ".venv"));
  return { root, [Symbol.dispose]: () => Deno.removeSync(parent, { recursive: true }) };
}

/** Manifests of folders of images, with the images beside them. */
async function writeDatasets(manifests: string): Promise<void> {
  for (const [place, name] of DATASETS.entries()) {
    Deno.mkdirSync(join(manifests, `${name} 50%`), { recursive: true });
    const images = TRAIN + VALIDATION + 4;
    for (let i = 0; i < images; i++) {
      const bytes = await photoFile(place * images + i, "png");
      Deno.writeFileSync(join(manifests, `${name} 50%`, `${i} ü.png`), bytes);
    }
    const manifest = photoManifest(name, { type: "folder", path: `${name} 50%` }, images, {
      place: place + 1,
    });
    Deno.writeTextFileSync(join(manifests, `${name}.json`), manifest);
  }
}

/** A virtual environment with the Python and the packages of another one. */
function borrowVenv(from: string, to: string): void {
  Deno.mkdirSync(join(to, "bin"), { recursive: true });
  Deno.symlinkSync(Deno.realPathSync(join(from, "bin/python")), join(to, "bin/python"));
  Deno.symlinkSync(Deno.realPathSync(join(from, "lib")), join(to, "lib"));
  for (const name of ["pyvenv.cfg", "name-that-dataset.state"]) {
    Deno.copyFileSync(join(from, name), join(to, name));
  }
}

/**
 * Runs a task of deno.json in a checkout. This process's own settings are left out: a test before may have
 * started TensorFlow, whose settings name this checkout's compiler cache.
 *
 * @returns its standard output
 */
async function task(root: string, ...args: string[]): Promise<string> {
  const isKept = ([name]: [string, string]) => !/^(NTD|TF|XLA)_/.test(name) || name === "NTD_TENSORFLOW";
  const kept = Object.entries(Deno.env.toObject()).filter(isKept);
  const command = new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", ...args],
    cwd: root,
    clearEnv: true,
    env: { ...Object.fromEntries(kept), ...FOLDERS, NO_COLOR: "1" },
  });
  const { code, stdout, stderr } = await command.output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.equal(code, 0, `${args.join(" ")}\n${out}\n${err}`);
  return out;
}

Deno.test("a checkout in a folder with spaces, umlauts and signs of URLs is set up, fetches, trains and predicts", async () => {
  using checkout = await oddCheckout();
  const { root } = checkout;

  const fetched = await task(root, "fetch", ...DATASETS);
  assert.ok(fetched.includes(join(root, FOLDERS.NTD_DATA)), fetched);
  assert.ok(Deno.statSync(join(root, "node_modules/.deno")).isDirectory, "the npm packages were installed");

  const executed = await task(root, "reproduce", "--preset", "smoke", "--only", "01");
  const copy = join(root, FOLDERS.NTD_RUNS, "notebooks/smoke/01_run.ipynb");
  assert.ok(executed.includes(`Executed copy: ${copy}`), executed);
  const spec = join(root, ".venv/share/jupyter/kernels/name-that-dataset/kernel.json");
  assert.ok(Deno.statSync(spec).isFile, "set-up wrote the kernel");
  const [cell] = JSON.parse(Deno.readTextFileSync(copy)).cells;
  const hash = cell.outputs.at(-1).data["text/plain"].join("").replaceAll(/["']/g, "");
  assert.match(hash, /^[0-9a-f]{16}$/);
  const [cache] = Deno.readDirSync(join(root, ".cache/compiler"));
  assert.ok(
    [...Deno.readDirSync(join(root, ".cache/compiler", cache.name))].length > 0,
    "the compiler keeps its code",
  );

  const rows = JSON.parse(
    await task(root, "predict", hash, join(root, FOLDERS.NTD_MANIFESTS, "one 50%"), "--json"),
  );
  assert.equal(rows.length, TRAIN + VALIDATION + 4);
  for (const { file, predicted } of rows) assert.ok(DATASETS.includes(predicted), file);
  assert.ok((await task(root, "runs")).includes(hash.slice(0, 6)));
  const made = [...Deno.readDirSync(root), ...Deno.readDirSync(join(root, "notebooks"))];
  const elsewhere = made.filter(({ name }) => [".data", "runs", "data %", "runs #"].includes(name));
  assert.deepEqual(elsewhere, []);
  const ours = [...Deno.readDirSync(join(root, "notebooks"))].map(({ name }) => name);
  assert.deepEqual(ours.filter((name) => !name.startsWith(".")), ["01_run.ipynb"]);
});
