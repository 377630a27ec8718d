/** Ray's test cluster: nodes of one processor on this machine, that can be added and removed. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { besideModule, repositoryRoot } from "../../../src/disk/mod.ts";

/** The Python that has Ray, or undefined. Tests install nothing. */
export const rayPython = [Deno.env.get("NTD_RAY"), join(repositoryRoot, ".venv-ray/bin/python")].find((
  path,
) => path && existsSync(path));

if (!rayPython) {
  console.log(
    "Skipped: no Ray. `.ci/run` and `deno task sweep FILE --engine ray` install it into .venv-ray.",
  );
}

/** A cluster, with a folder of its own for what nodes keep. */
export class Cluster {
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #kept = Deno.makeTempDirSync();
  #nodes: number;
  address = "";

  private constructor(nodes: number) {
    this.#nodes = nodes;
    this.#process = new Deno.Command(rayPython!, {
      args: [besideModule(import.meta.url, "./ray_cluster.py"), `${nodes}`],
      env: { NTD_NODE: this.#kept },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#writer = this.#process.stdin.getWriter();
    this.#reader = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  static async start(nodes: number): Promise<Cluster> {
    const cluster = new Cluster(nodes);
    cluster.address = (await cluster.#reader.read()).value!.trim();
    return cluster;
  }

  /** Takes a node away without warning, the oldest of those that are there. */
  async kill(): Promise<void> {
    await this.#ask("remove");
    this.#nodes--;
  }

  /** Has so many nodes. */
  async grow(nodes: number): Promise<void> {
    for (; this.#nodes < nodes; this.#nodes++) await this.#ask("add");
  }

  async #ask(line: string): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(line + "\n"));
    await this.#reader.read();
  }

  async [Symbol.asyncDispose]() {
    await this.#writer.close();
    await this.#reader.cancel();
    await this.#process.status;
    await Deno.remove(this.#kept, { recursive: true });
  }
}
