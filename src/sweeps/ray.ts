/**
 * Work on a Ray cluster: tasks of this project's program, whose folders come back. Ray does the scheduling.
 * Run as a program, as continuous integration does, this installs Ray where it is missing.
 */
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { dataRoot } from "../data/mod.ts";
import { besideModule, linesOf, repositoryRoot } from "../disk/mod.ts";
import type { RunProgress } from "../experiments/mod.ts";
import { findOwnPython, RAY } from "../setup/mod.ts";
import type { Question } from "./worker.ts";

/** Where the work is done. */
export interface RayCluster {
  /**
   * `host:port` of a head node, `ray://host:port` of its client server, or `auto`. Default: `RAY_ADDRESS`,
   * else a cluster of this machine alone, which ends with the work.
   */
  address?: string;
  /** Processors of each task. Default: 1, and with a card its share of the node's. */
  cpus?: number;
}

/** What `ray_driver.py` is told first. */
interface RayJob extends Pick<RayCluster, "address"> {
  /** Folder that results lie in. Files that are under way lie in it, too, in a folder that goes. */
  root: string;
  /** Whether this checkout and `root` lie at the same path on every node. */
  shared: boolean;
  /** What is worked on: nodes keep what they have of it under this name, for a driver that comes back. */
  session: string;
  /** Results that tasks need and that are there, by name. */
  held: Record<string, string>;
}

/** One task. */
export interface RayTask {
  /** Names the task, and its folder. */
  name: string;
  /** For people. */
  label: string;
  question: Question;
  /** Names of those that come first, and whose folders it needs. */
  needs: string[];
  /** Whether a later one needs its folder. */
  isNeeded: boolean;
  /** 0: as many as fit a card, or 1. */
  cpus: number;
  /** Bytes. */
  memory: number;
  /** Whether a card makes it faster. */
  network: boolean;
}

/** What became of a task, or of all. */
export type RayEvent =
  /** Processors of each node. */
  | { event: "begun"; cpus: number[] }
  | { event: "progress"; name: string; progress: RunProgress }
  /** Its folder is whole at `path`, null where folders are shared; `said` is what the program answered. */
  | { event: "done"; name: string; path: string | null; said: Record<string, unknown> }
  | { event: "failed"; name: string; message: string };

/** The files that decide what a task gives, and what set-up needs. */
const PROJECT = ["src", "data_manifests", "deno.json", "deno.lock", "requirements.txt"];

/** The Python that has Ray: `.venv-ray`, or the one that `NTD_RAY` names. */
export function findRay(): Promise<string> {
  return findOwnPython(RAY);
}

/** A name for what is worked on that is the same for a driver that comes back. */
export function sessionOf(...parts: string[]): string {
  return createHash("sha256").update([Deno.hostname(), ...parts].join("\n")).digest("hex").slice(0, 16);
}

/** Work on its way. Disposing ends what is under way. */
export class Ray {
  readonly #folder: RayFolder;
  readonly #driver: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;

  private constructor(folder: RayFolder, driver: Deno.ChildProcess, readonly signal?: AbortSignal) {
    [this.#folder, this.#driver, this.#input] = [folder, driver, driver.stdin.getWriter()];
    signal?.addEventListener("abort", this.#leave);
  }

  /**
   * Begins; the cluster is found and checked once events are read.
   *
   * @param signal ends the work
   */
  static async begin(job: RayJob, signal?: AbortSignal): Promise<Ray> {
    const python = await findRay();
    const folder = await RayFolder.make(job.root);
    try {
      const driver = new Deno.Command(python, {
        args: [besideModule(import.meta.url, "./ray_driver.py")],
        env: {
          PYTHONUNBUFFERED: "1",
          RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO: "0",
          RAY_worker_niceness: "0", // of a cluster that begins here: as this process, not after all others
        },
        stdin: "piped",
        stdout: "piped",
        stderr: Deno.env.get("NTD_DEBUG") ? "inherit" : "null",
      }).spawn();
      const ray = new Ray(folder, driver, signal);
      await ray.#tell({
        address: (job.address ?? Deno.env.get("RAY_ADDRESS")) || null,
        token: job.shared ? folder.token : null,
        checkout: repositoryRoot,
        files: PROJECT,
        data: dataRoot(),
        root: job.root,
        incoming: folder.path,
        session: job.session,
        deno: Deno.execPath(),
        worker: besideModule(import.meta.url, "./worker.ts").slice(repositoryRoot.length),
        held: job.held,
      });
      return ray;
    } catch (error) {
      await folder[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Hands a task over. */
  send(task: RayTask): Promise<void> {
    return this.#tell(task);
  }

  /** Says that there are no more tasks: events end with the last one's. */
  end(): Promise<void> {
    return this.#tell({ end: true });
  }

  /**
   * What happens, as it comes.
   *
   * @throws {Error} for a cluster that does not answer, has no node that can run anything, or does not share
   *   what is said to be shared; the signal's reason
   */
  async *events(): AsyncGenerator<RayEvent> {
    if (this.signal?.aborted) await this.#leave();
    for await (const line of linesOf(this.#driver.stdout)) {
      const event: RayEvent | { event: "fault"; message: string } = JSON.parse(line);
      if (event.event === "fault") throw new Error(`Ray: ${event.message}.`);
      yield event;
    }
    const { code, signal } = await this.#driver.status;
    this.signal?.throwIfAborted();
    if (code !== 0) throw new Error(`Ray's driver ended early (${signal ?? `exit code ${code}`}).`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signal?.removeEventListener("abort", this.#leave);
    await this.#leave();
    await this.#driver.stdout.cancel().catch(() => {});
    await this.#driver.status;
    await this.#folder[Symbol.asyncDispose]();
  }

  /** Closes the driver's input: it has been left alone, and ends. */
  readonly #leave = () => this.#input.close().catch(() => {});

  /** Writing fails once the driver has ended; its events say why. */
  #tell(what: object): Promise<void> {
    return this.#input.write(new TextEncoder().encode(JSON.stringify(what) + "\n")).catch(() => {});
  }
}

const PREFIX = ".ray-";

/** A folder beside the results, on their file system, for what is under way. */
class RayFolder {
  readonly #lock: Deno.FsFile;

  private constructor(readonly path: string, lock: Deno.FsFile) {
    this.#lock = lock;
  }

  /** A locked file: nodes that share the folder are kept out, and so is who tidies up. */
  get token(): string {
    return join(this.path, "token");
  }

  static async make(root: string): Promise<RayFolder> {
    await removeForsaken(root);
    const unlocked = await Deno.makeTempDir({ dir: root, prefix: `.new${PREFIX}` });
    const lock = await Deno.open(join(unlocked, "token"), { create: true, write: true });
    await lock.lock(true);
    const path = join(root, basename(unlocked).slice(".new".length));
    await Deno.rename(unlocked, path);
    return new RayFolder(path, lock);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
    this.#lock.close();
  }
}

/** Removes the folders of processes that were killed. */
async function removeForsaken(root: string): Promise<void> {
  for (const { name } of [...Deno.readDirSync(root)].filter(({ name }) => name.startsWith(PREFIX))) {
    const path = join(root, name);
    try {
      using token = await Deno.open(join(path, "token"), { write: true });
      if (await token.tryLock(true)) await Deno.remove(path, { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error; // another tidies up, or has just begun
    }
  }
}

if (import.meta.main) console.log(`Ray: ${await findRay()}`);
