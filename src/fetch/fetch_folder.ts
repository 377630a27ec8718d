import { existsSync } from "node:fs";
import { replaceFile } from "../disk/mod.ts";
import { type ItemOutcome, Journal } from "./journal.ts";
import { shardFile, writeIndex, writeShard } from "./fetch_files.ts";
import type { FetchReport } from "./report.ts";
import type { StorageSettings } from "./settings.ts";
import type { FailureReason } from "./failure.ts";

/** The parts of a report that are known only at the end. */
type Ending = Pick<FetchReport, "wanted" | "lastRun">;

/** Name of the setting that says that the list had no more: failures that may pass are then tried again. */
const EXHAUSTED = "exhausted";

/**
 * The folder that images are fetched into: `shards/00000.tar` and so on, `index.parquet` and `report.json`,
 * all made from `journal.sqlite`.
 */
export class FetchFolder {
  readonly journal: Journal;
  readonly selection = new Selection();
  /**
   * How images are stored: as asked for, but for a folder that was begun with larger ones, which keeps them.
   */
  readonly storage: StorageSettings;

  /**
   * Opens the folder, or makes it.
   *
   * @throws {Error} when it was begun with another seed or storage, a shard is missing or of another size, or
   * another fetch has it
   */
  constructor(readonly path: string, readonly seed: number, storage: StorageSettings) {
    Deno.mkdirSync(`${path}/shards`, { recursive: true });
    this.journal = new Journal(`${path}/journal.sqlite`);
    try {
      this.storage = { ...storage, shorterSide: this.#shorterSide(storage.shorterSide) };
      this.#checkIdentity();
      this.#checkShards();
      if (this.journal.setting(EXHAUSTED)) this.journal.forgetTransient();
      this.journal.set(EXHAUSTED, undefined);
      for (const { position, ...outcome } of this.journal.summary()) this.selection.add(position, outcome);
      this.journal.markDuplicates(this.selection.advance());
    } catch (error) {
      this.journal[Symbol.dispose]();
      throw error;
    }
  }

  /** Images that are stored for good, in full shards or a finished fetch: they never become fewer. */
  get size(): number {
    return Math.max(this.#shardedImages, this.#report?.images ?? 0);
  }

  /** Keeps outcomes, and chooses among them what can be chosen. */
  record(outcomes: readonly ItemOutcome[]): void {
    this.journal.record(outcomes);
    this.journal.markDuplicates(this.selection.advance());
  }

  /** Writes the shards that are full by now, of `wanted` images. */
  async writeFullShards(wanted: number): Promise<void> {
    const { imagesPerShard } = this.storage;
    for (
      let images = this.#shardedImages;
      images + imagesPerShard <= Math.min(wanted, this.selection.chosen);
    ) {
      const number = images / imagesPerShard;
      const written = await this.#writeShard(number, imagesPerShard);
      this.journal.addShard({ number, ...written });
      images += imagesPerShard;
    }
  }

  /** Writes the missing files of at most `wanted` images: the last shard, the index and the report. */
  async finish({ wanted, lastRun }: Ending): Promise<FetchReport> {
    await this.writeFullShards(wanted);
    const images = Math.min(wanted, this.selection.chosen);
    const full = this.journal.shards();
    let end = full.at(-1)?.end ?? 0;
    const rest = images - this.#shardedImages;
    this.journal.settle();
    if (rest > 0) ({ end } = await this.#writeShard(full.length, rest));
    await writeIndex(
      `${this.path}/index.parquet`,
      this.journal.images(0, images),
      this.storage.imagesPerShard,
    );
    if (images < wanted) this.journal.set(EXHAUSTED, "yes");
    const tried = images < wanted ? this.selection.next : end;
    const report: FetchReport = {
      images,
      wanted,
      tried,
      failures: this.journal.failures(tried),
      seed: this.seed,
      storage: this.storage,
      lastRun,
    };
    const text = JSON.stringify(report, null, 2) + "\n";
    await replaceFile(`${this.path}/report.json`, (temporary) => Deno.writeTextFile(temporary, text), {
      flush: true,
    });
    this.journal.compact();
    return report;
  }

  /**
   * The report of a fetch that was finished with exactly so many images; undefined when there is none or a
   * file is missing.
   */
  finishedReport(wanted: number): FetchReport | undefined {
    const report = this.#report;
    if (report?.images !== wanted || report.wanted !== wanted) return undefined;
    const shards = Array.from(
      { length: Math.ceil(wanted / this.storage.imagesPerShard) },
      (_, i) => shardFile(i),
    );
    return ["index.parquet", ...shards].every((file) => existsSync(`${this.path}/${file}`))
      ? report
      : undefined;
  }

  [Symbol.dispose](): void {
    this.journal[Symbol.dispose]();
  }

  get #shardedImages(): number {
    return this.journal.shards().reduce((sum, { images }) => sum + images, 0);
  }

  get #report(): FetchReport | undefined {
    const path = `${this.path}/report.json`;
    return existsSync(path) ? JSON.parse(Deno.readTextFileSync(path)) : undefined;
  }

  #writeShard(number: number, images: number) {
    const before = this.journal.shards().at(-1)?.end ?? 0;
    const first = number * this.storage.imagesPerShard;
    return writeShard(`${this.path}/${shardFile(number)}`, this.journal.images(before, images), first);
  }

  #shorterSide(wanted: number): number {
    const begun = Number(this.journal.setting("shorterSide") ?? wanted);
    if (begun >= wanted) return begun;
    throw new Error(
      `${this.path} holds images whose shorter side was reduced to ${begun} px, and ${wanted} px are wanted: they cannot be made ` +
        `larger. Ask for ${begun} px or less (a manifest's render.shorter or render.side), or move that folder away, which keeps what ` +
        `was fetched, and run the same command again`,
    );
  }

  #checkIdentity(): void {
    for (const [name, value] of Object.entries({ format: 1, seed: this.seed, ...this.storage })) {
      const begun = this.journal.setting(name);
      if (begun === undefined) this.journal.set(name, `${value}`);
      else if (begun !== `${value}`) {
        throw new Error(
          `${this.path} was begun with ${name} ${begun}, not ${value}; use that, or another folder`,
        );
      }
    }
  }

  #checkShards(): void {
    for (const { number, bytes } of this.journal.shards()) {
      const path = `${this.path}/${shardFile(number)}`;
      if (existsSync(path) && Deno.statSync(path).size === bytes) continue;
      throw new Error(`${path} is missing or not as it was written; remove ${this.path} to fetch anew`);
    }
  }
}

/**
 * Chooses the images: the first good ones in the order of trying. Downloads end in any order, so an image is
 * chosen only once everything before it has ended. The choice depends on what the URLs give, not on how fast.
 */
export class Selection {
  /** Ended after the first position that has not: hash of the file, or undefined for a failure. */
  readonly #ahead = new Map<number, string | undefined>();
  readonly #chosen = new Set<string>();
  #goodAhead = 0;
  #next = 0;
  readonly failures: Partial<Record<FailureReason, number>> = {};
  /** Images and failures so far. */
  ended = 0;
  /** The highest position that has ended, -1 before the first. */
  last = -1;

  /** Notes how one ended. */
  add(position: number, { reason, sha256 }: { reason?: FailureReason; sha256?: string }): void {
    const good = reason === undefined;
    this.#ahead.set(position, good ? sha256 : undefined);
    this.ended++;
    this.last = Math.max(this.last, position);
    if (good) this.#goodAhead++;
    else this.failures[reason] = (this.failures[reason] ?? 0) + 1;
  }

  /** Chooses what can be chosen by now. Returns the positions of images that were there before. */
  advance(): number[] {
    const duplicates: number[] = [];
    for (; this.#ahead.has(this.#next); this.#next++) {
      const sha256 = this.#ahead.get(this.#next);
      this.#ahead.delete(this.#next);
      if (sha256 === undefined) continue;
      this.#goodAhead--;
      if (this.#chosen.has(sha256)) {
        duplicates.push(this.#next);
        this.failures.duplicate = (this.failures.duplicate ?? 0) + 1;
      } else this.#chosen.add(sha256);
    }
    return duplicates;
  }

  /** Images that are chosen for certain. */
  get chosen(): number {
    return this.#chosen.size;
  }

  /** Position of the first that has not ended. */
  get next(): number {
    return this.#next;
  }

  /** Images that are chosen or may come to be. */
  get good(): number {
    return this.chosen + this.#goodAhead;
  }
}
