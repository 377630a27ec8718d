import { besideModule } from "~/disk/mod.ts";

const ROOT = besideModule(import.meta.url, "../../../");

/** Runs one of the Python scripts beside this file on a Deno kernel; the job goes in and the answer comes out as JSON. */
export async function driveKernel<Answer>(script: string, job: Record<string, unknown>): Promise<Answer> {
  const jupyter = await Deno.makeTempDir({ prefix: "kernel_" });
  try {
    const folder = `${jupyter}/kernels/deno-under-test`;
    await Deno.mkdir(folder, { recursive: true });
    const argv = [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"];
    const spec = { argv, display_name: "Deno under test", language: "typescript" };
    await Deno.writeTextFile(`${folder}/kernel.json`, JSON.stringify(spec));
    const child = new Deno.Command(`${ROOT}.venv/bin/python`, {
      args: [`${ROOT}tests/made/notebook/${script}`],
      env: { JUPYTER_PATH: jupyter, JUPYTER_RUNTIME_DIR: `${jupyter}/runtime` },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    const input = { kernel: "deno-under-test", cwd: `${ROOT}notebooks`, ...job };
    await writer.write(new TextEncoder().encode(JSON.stringify(input)));
    await writer.close();
    const { success, stdout, stderr } = await child.output();
    if (!success) throw new Error(`${script} failed:\n${new TextDecoder().decode(stderr)}`);
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(jupyter, { recursive: true });
  }
}
