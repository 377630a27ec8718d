import assert from "node:assert/strict";
import { join } from "node:path";
import { SetupError } from "../../src/setup/machine.ts";
import { emptyVenv, holdVenv, readState, STATE_FILE } from "../../src/setup/state.ts";

const HASH = "0123456789abcdef".repeat(4);

Deno.test("a .venv goes from missing through being made to whole", async () => {
  const venv = join(await Deno.makeTempDir(), ".venv");
  assert.equal(readState(venv), "missing");
  {
    using held = await holdVenv(venv, () => assert.fail("nobody else holds it"));
    assert.equal(readState(venv), "missing");
    held.begin();
    assert.equal(readState(venv), "killed while installing");
    held.finish(HASH);
  }
  assert.deepEqual(readState(venv), { resolution: HASH });
});

Deno.test("a half-written state is a set-up that was killed", async () => {
  const venv = await Deno.makeTempDir();
  await Deno.writeTextFile(join(venv, STATE_FILE), HASH.slice(0, 20));
  assert.equal(readState(venv), "killed while installing");
});

Deno.test("a .venv that set-up did not make is known as such", async () => {
  const venv = await Deno.makeTempDir();
  await Deno.writeTextFile(join(venv, "pyvenv.cfg"), "");
  assert.equal(readState(venv), "foreign");
});

Deno.test("emptying keeps the state, which is the lock", async () => {
  const venv = await Deno.makeTempDir();
  using held = await holdVenv(venv, () => {});
  held.begin();
  await Deno.mkdir(join(venv, "lib/python3"), { recursive: true });
  await Deno.writeTextFile(join(venv, "pyvenv.cfg"), "");
  emptyVenv(venv);
  assert.deepEqual([...Deno.readDirSync(venv)].map(({ name }) => name), [STATE_FILE]);
});

Deno.test("where nothing can be written the folder is named, with what to do", async () => {
  const venv = join(await Deno.makeTempDir(), ".venv");
  await Deno.writeTextFile(venv, "a file");
  await assert.rejects(holdVenv(venv, () => {}), (error: Error) => {
    assert.ok(error instanceof SetupError);
    return error.message.startsWith(`Set-up installs into ${venv}, where nothing can be written (`);
  });
});
