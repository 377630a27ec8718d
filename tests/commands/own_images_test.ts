/** Commands that are given the paths of folders of images in place of datasets' names. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { parseFetch } from "~/cli/fetch.ts";
import { parsePlay } from "~/cli/play.ts";
import { parseReproduce, reproduce } from "~/cli/reproduce.ts";
import { repositoryRoot } from "~/disk/mod.ts";
import { filesOnDisk, photoFile, tarFile } from "../made/data/photo_files.ts";
import { notebookOf } from "../made/commands/scratch_notebooks.ts";
import { environment } from "../made/environment.ts";

const [TRAIN, VALIDATION] = [8, 4];
const NAMES = ["one", "two", "three"];

/** Three folders of made-up images, and a tar archive. */
async function madeImages() {
  const files: Record<string, Uint8Array> = {};
  for (const [place, name] of NAMES.entries()) {
    for (let i = 0; i < 16; i++) files[`${name}/${i}.png`] = await photoFile(place * 16 + i, "png");
  }
  files["photos.tar"] = await tarFile([{ name: "a.png", bytes: files["one/0.png"] }]);
  return filesOnDisk(files);
}

/** A folder within this checkout, so that cells find its modules. */
function scratchFolder() {
  const dir = join(repositoryRoot, ".cache");
  Deno.mkdirSync(dir, { recursive: true });
  const path = Deno.makeTempDirSync({ dir });
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

/** With data, records and working folder of its own. */
async function inside<T>(folder: string, use: () => Promise<T>): Promise<T> {
  const before = Deno.cwd();
  using _own = environment({ NTD_DATA: join(folder, "data"), NTD_RUNS: join(folder, "runs") });
  Deno.chdir(folder);
  try {
    return await use();
  } finally {
    Deno.chdir(before);
  }
}

Deno.test("a path is taken wherever a command takes a dataset's name", async () => {
  using images = await madeImages();
  await inside(images.path, async () => {
    const { names } = await parseFetch([`${images.path}/one`, "./two", "three#1/2", "photos.tar", "tabler"]);
    assert.match(
      names.join(" "),
      /^one~[0-9a-f]{12} two~[0-9a-f]{12} three~[0-9a-f]{12}#1\/2 photos~[0-9a-f]{12} tabler$/,
    );
    const { datasets } = await parsePlay(["--data", "one,./two"]);
    assert.deepEqual(datasets, names.slice(0, 2));
    const { data } = await parseReproduce(["--data", "one, two ,three"]);
    assert.match(data!, /^one~\w+,two~\w+,three~\w+$/);
    await assert.rejects(
      parseReproduce(["--data", "./none,one,two"]),
      /there is no folder .*\/none; correct/,
    );
    await assert.rejects(parseFetch(["none"]), /there is no dataset "none"; known are/);
    await assert.rejects(parseReproduce(["--data", "one,./one,two"]), /is named twice/);
  });
});

const RUN = `import { baseline, datasetsFromEnvironment, sweep } from "~/mod.ts";
const datasets = datasetsFromEnvironment([]);
const [record] = await sweep([baseline({ datasets, recipe: { epochs: 1 }, seed: 0 })]);
JSON.stringify([record.experiment.datasets, record.result.accuracy.n])`;

Deno.test("reproduce --data PATH,PATH,PATH runs a notebook on three folders at the smoke preset", async () => {
  using images = await madeImages();
  using notebooks = scratchFolder();
  Deno.writeTextFileSync(join(notebooks.path, "01_run.ipynb"), notebookOf([RUN]));
  await inside(images.path, async () => {
    const args = ["--preset", "smoke", "--images", `${TRAIN}`, "--validation", `${VALIDATION}`];
    const asked = await parseReproduce([...args, "--data", NAMES.join(), "--jobs", "1"]);
    const lines: string[] = [];
    const { failures, copies } = await reproduce({
      ...asked,
      notebooks: notebooks.path,
      log: (line) => lines.push(line),
    });
    assert.deepEqual(failures, [], lines.join("\n"));
    const [cell] = JSON.parse(Deno.readTextFileSync(copies[0])).cells;
    const shown = cell.outputs.at(-1).data["text/plain"].join("");
    assert.match(shown, /one~.*two~.*three~/);
    assert.ok(shown.includes(`${VALIDATION * NAMES.length}`), shown);
  });
});

Deno.test("under `deno task` a relative path starts where the command was typed", async () => {
  using images = await madeImages();
  const script = join(repositoryRoot, "src/cli/fetch.ts");
  const said = async (typedIn: string, cwd = repositoryRoot) => {
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", script, "./one/none"],
      cwd,
      env: { INIT_CWD: typedIn, NTD_DATA: join(images.path, "data") },
    }).output();
    return new TextDecoder().decode(stderr);
  };
  assert.match(await said(images.path), new RegExp(`there is no folder ${images.path}/one/none`));
  assert.match(await said(repositoryRoot), new RegExp(`there is no folder ${repositoryRoot}one/none`));
  // Without `deno task` it is the working folder, whatever another program's variable says.
  assert.match(await said("/", images.path), new RegExp(`there is no folder ${images.path}/one/none`));
});
