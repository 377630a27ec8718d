import assert from "node:assert/strict";
import { join } from "node:path";
import { findPython, type Python, whyNone } from "../../src/setup/python.ts";

/** A folder with programs that answer the probe as the given Pythons would. */
async function fakePythons(pythons: Record<string, Omit<Python, "program">>) {
  const folder = await Deno.makeTempDir();
  for (const [name, answer] of Object.entries(pythons)) {
    await Deno.writeTextFile(join(folder, name), `#!/bin/sh\necho '${JSON.stringify(answer)}'\n`, {
      mode: 0o755,
    });
  }
  const names = Object.keys(pythons).map((name) => join(folder, name));
  return { names, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

Deno.test("the first Python that fits is taken, past ones that are too new or lack venv", async () => {
  await using fake = await fakePythons({
    python3: { version: [3, 14], hasVenv: true },
    python: { version: [3, 12], hasVenv: false },
    "python3.11": { version: [3, 11], hasVenv: true },
  });
  const python = await findPython(["/nothing/here", ...fake.names]);
  assert.equal(python.program, fake.names[2]);
});

Deno.test("one sentence says why no Python will do", async () => {
  await using fake = await fakePythons({ python3: { version: [3, 12], hasVenv: false } });
  await assert.rejects(() => findPython(fake.names), /install its venv module .*python3\.12-venv/);
  await assert.rejects(() => findPython(["/nothing/here"]), /there is no python3 on the PATH/);
});

Deno.test("Pythons without a wheel are named once", () => {
  const python = (program: string, version: [number, number]) => ({ program, version, hasVenv: true });
  const message = whyNone([
    python("python3", [3, 9]),
    python("python", [3, 9]),
    python("python3.14", [3, 14]),
  ]);
  assert.match(message, /this machine has only 3\.9, 3\.14: install/);
});
