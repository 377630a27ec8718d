/** The engine as another program has it: from a folder outside of this checkout. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { repositoryRoot } from "~/disk/mod.ts";

const page = await Deno.readTextFile(join(repositoryRoot, "src/tensorflow/README.md"));
const { exports, imports, name } = JSON.parse(await Deno.readTextFile(join(repositoryRoot, "deno.json")));

/** The page's code in a language. */
function codeOf(language: string): string {
  return page.match(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``))![1];
}

/** Runs the page's example in a folder with a deno.json; returns what it prints. */
async function runExample(config: unknown, checks: string[]): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(folder, "deno.json"), JSON.stringify(config));
    await Deno.writeTextFile(join(folder, "main.ts"), codeOf("ts"));
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", ...checks, "main.ts"],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    const decoder = new TextDecoder();
    assert.ok(success, decoder.decode(stderr));
    return decoder.decode(stdout);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The engine is native, and the loss falls. */
function check(printed: string): void {
  const [engine, ...lines] = printed.trim().split("\n");
  assert.match(engine, /^TensorFlow 2\./);
  const losses = lines.map((line) => Number(line.split(" ")[1]));
  assert.equal(losses.length, 4);
  assert.ok(losses[3] < 0.7 * losses[0], printed);
}

Deno.test("the page's example runs in a folder outside, which links this checkout, and its types are right", async () => {
  const config = JSON.parse(codeOf("json"));
  assert.deepEqual(Object.keys(config.imports), [name]);
  check(await runExample({ ...config, links: [dirname(join(repositoryRoot, "deno.json"))] }, ["--check"]));
});

Deno.test("so it does with an import map of paths and one package", async () => {
  const paths = Object.entries<string>(exports).map(([door, path]) => [
    join(name, door),
    pathToFileURL(join(repositoryRoot, path)).href,
  ]);
  const tfjs = "@tensorflow/tfjs";
  check(await runExample({ imports: { ...Object.fromEntries(paths), [tfjs]: imports[tfjs] } }, []));
});

Deno.test("deno doc --lint finds no fault in what the exports name", async () => {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--lint", ...Object.values<string>(exports)],
    cwd: repositoryRoot,
    env: { NO_COLOR: "1" },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
});
