/** Environments of Python packages that few commands use, made by programs that only seem to be Pythons. */
import assert from "node:assert/strict";
import { join, relative } from "node:path";
import { repositoryRoot } from "~/disk/mod.ts";
import { findOwnPython, installCommand, type OwnPackage } from "~/setup/mod.ts";
import { environment } from "../made/environment.ts";

/**
 * The only Pythons of a PATH: a `python3` that is too new and makes nothing, and one of 3.12 that makes
 * environments. Theirs can import a package once pip has installed it; `offline` says that pip cannot.
 */
async function pythons({ offline = false } = {}) {
  const folder = Deno.realPathSync(await Deno.makeTempDir());
  const write = (name: string, ...lines: string[]) => {
    const script = ["#!/bin/sh", "PATH=/usr/bin:/bin", ...lines].join("\n");
    return Deno.writeTextFile(join(folder, name), script + "\n", { mode: 0o755 });
  };
  const answer = (minor: number) => `echo '{"version": [3, ${minor}], "hasVenv": true}'`;
  await write("python3", `[ "$1" = -c ] || exit 1`, answer(99));
  const note = `echo "$2 $3" >> ${folder}/asked`; // after the program that ends with its parent
  await write(
    "python3.12",
    `[ "$1" = -c ] && { ${answer(12)}; exit; }`,
    note,
    `mkdir -p "$3/bin" && cp ${folder}/made "$3/bin/python"`,
  );
  const fault = "echo 'ERROR: No matching distribution found'; exit 1";
  await write(
    "made",
    `[ "$1" = -c ] && { [ -e ${folder}/installed ]; exit; }`,
    note,
    offline ? fault : `touch ${folder}/installed`,
  );
  const path = environment({ PATH: folder });
  /** Its environment is in the folder of the Pythons. */
  const wanted: OwnPackage = {
    variable: "NTD_OF_A_TEST",
    environment: join(relative(repositoryRoot, folder), "an env"),
    module: "nowhere",
    packages: ["nowhere[all]==1.0"],
    takes: "seconds",
  };
  const asked = () => Deno.readTextFileSync(join(folder, "asked")).trim().split("\n");
  const dispose = async () => {
    path[Symbol.dispose]();
    await Deno.remove(folder, { recursive: true });
  };
  return { own: join(folder, "an env"), wanted, asked, [Symbol.asyncDispose]: dispose };
}

Deno.test("a Python that fits makes the environment, once: of two at once the second waits for it", async () => {
  await using some = await pythons();
  const { own, wanted, asked } = some;
  const found = await Promise.all([findOwnPython(wanted), findOwnPython(wanted)]);
  assert.deepEqual(found, [`${own}/bin/python`, `${own}/bin/python`]);
  assert.deepEqual(asked(), [`venv ${own}`, "pip install"]);
});

Deno.test("the command that installs is one for a shell, whatever the folder is called", async () => {
  await using some = await pythons();
  const { own, wanted } = some;
  assert.equal(
    await installCommand(wanted),
    `python3.12 -m venv '${own}' && '${own}/bin/python' -m pip install 'nowhere[all]==1.0'`,
  );
});

Deno.test("of a package that cannot be had the folder and the variable are named", async () => {
  await using some = await pythons({ offline: true });
  const { own, wanted } = some;
  await assert.rejects(findOwnPython(wanted), (error: Error) => {
    assert.match(
      error.message,
      /^nowhere\[all\]==1\.0 could not be installed: .*No matching distribution found\. /,
    );
    return error.message.endsWith(
      `Remove ${own} and run the same command again, or name in NTD_OF_A_TEST a Python that has it.`,
    );
  });
  using _named = environment({ NTD_OF_A_TEST: "/no/such/python" });
  await assert.rejects(
    findOwnPython(wanted),
    /NTD_OF_A_TEST: \/no\/such\/python cannot import nowhere; install it: \/no\/such\/python -m pip install /,
  );
});
