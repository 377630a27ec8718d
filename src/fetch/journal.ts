import { DatabaseSync } from "node:sqlite";
import type { FetchItem } from "./candidates.ts";
import type { PhotographFacts } from "./decoder/photograph.ts";
import { FAILURE_REASONS, type FailureReason, mayPass } from "./failure.ts";

/** The outcome of one item of the list. */
export interface ItemOutcome {
  /** Its place in the order in which items are tried, from 0. */
  position: number;
  item: FetchItem;
  /** Why it is not stored. */
  failure?: { reason: FailureReason; detail: string };
  /** Facts about an image that was fetched. */
  facts?: PhotographFacts;
  /** The stored file, until it is in a shard that will not change any more. */
  image?: Uint8Array;
}

/** A shard that is full, and so will not change any more. */
interface FullShard {
  number: number;
  /** Position of the item after its last. */
  end: number;
  images: number;
  bytes: number;
}

/** A row of the table of outcomes. */
interface Row {
  position: number;
  key: string;
  url: string;
  metadata: string | null;
  reason: FailureReason | null;
  detail: string | null;
  facts: string | null;
  image: Uint8Array | null;
}

/** Images that are read at a time. */
const PAGE = 100;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS outcomes (
    position INTEGER PRIMARY KEY, key TEXT NOT NULL, url TEXT NOT NULL, metadata TEXT,
    reason TEXT, detail TEXT, facts TEXT, image BLOB
  ) STRICT;
  CREATE TABLE IF NOT EXISTS shards (
    number INTEGER PRIMARY KEY, "end" INTEGER NOT NULL, images INTEGER NOT NULL, bytes INTEGER NOT NULL
  ) STRICT;`;

/**
 * The outcomes so far, on disk: the only state of a fetch, from which everything else is made. It holds whole
 * transactions, at whatever moment the process or the power ends. A power cut may undo the last of them, up
 * to {@link Journal.settle}: to wait for the disk after each took most of a millisecond an image. Only one
 * process at a time can open it.
 */
export class Journal {
  readonly #database: DatabaseSync;
  readonly #insert;

  /**
   * @param path of the SQLite file; made where there is none
   * @throws {Error} when another process has it, it is damaged, or it cannot be written
   */
  constructor(readonly path: string) {
    this.#database = open(path);
    this.#insert = this.#database.prepare(
      "INSERT OR REPLACE INTO outcomes (position, key, url, metadata, reason, detail, facts, image) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    );
  }

  /** The value of a setting, or undefined. */
  setting(name: string): string | undefined {
    const row = this.#database.prepare("SELECT value FROM settings WHERE name = ?").get(name);
    return row?.value as string | undefined;
  }

  /** Keeps a setting; undefined forgets it. */
  set(name: string, value: string | undefined): void {
    if (value === undefined) this.#database.prepare("DELETE FROM settings WHERE name = ?").run(name);
    else this.#database.prepare("INSERT OR REPLACE INTO settings VALUES (?, ?)").run(name, value);
  }

  /** Writes outcomes, all or none. */
  record(outcomes: readonly ItemOutcome[]): void {
    this.#transaction(() => {
      for (const { position, item, failure, facts, image } of outcomes) {
        this.#insert.run(
          ...[position, item.key, item.url, item.metadata ? JSON.stringify(item.metadata) : null],
          ...[
            failure?.reason ?? null,
            failure?.detail ?? null,
            facts ? JSON.stringify(facts) : null,
            image ?? null,
          ],
        );
      }
    });
  }

  /** Key and URL of an outcome, or undefined when there is none yet. */
  itemAt(position: number): Pick<FetchItem, "key" | "url"> | undefined {
    const row = this.#database.prepare("SELECT key, url FROM outcomes WHERE position = ?").get(position);
    return row as unknown as Pick<FetchItem, "key" | "url"> | undefined;
  }

  /** Position, reason and hash of every outcome, in order. */
  *summary(): Generator<{ position: number; reason?: FailureReason; sha256?: string }> {
    const rows = this.#database.prepare(
      "SELECT position, reason, facts ->> 'sha256' AS sha256 FROM outcomes ORDER BY position",
    ).iterate();
    for (const { position, reason, sha256 } of rows) {
      yield {
        position: position as number,
        reason: (reason ?? undefined) as FailureReason | undefined,
        sha256: (sha256 ?? undefined) as string | undefined,
      };
    }
  }

  /** The images that were had, in order, from a position on; read a few at a time. */
  *images(from: number, count: number): Generator<ItemOutcome> {
    const page = this.#database.prepare(
      "SELECT * FROM outcomes WHERE position >= ? AND reason IS NULL ORDER BY position LIMIT ?",
    );
    for (let left = count, next = from; left > 0;) {
      const rows = page.all(next, Math.min(left, PAGE)) as unknown as Row[];
      if (rows.length === 0) return;
      for (const row of rows) yield outcomeOf(row);
      left -= rows.length;
      next = rows.at(-1)!.position + 1;
    }
  }

  /** Every outcome, in order; read one at a time. */
  *outcomes(): Generator<ItemOutcome> {
    const rows = this.#database.prepare("SELECT * FROM outcomes ORDER BY position").iterate();
    for (const row of rows) yield outcomeOf(row as unknown as Row);
  }

  /** How often each reason came up among the positions before `end`. */
  failures(end: number): Partial<Record<FailureReason, number>> {
    const rows = this.#database.prepare(
      "SELECT reason, count(*) AS times FROM outcomes WHERE position < ? AND reason IS NOT NULL GROUP BY reason",
    ).all(end);
    const times = new Map(rows.map((row) => [row.reason, row.times as number]));
    return Object.fromEntries(FAILURE_REASONS.filter((r) => times.has(r)).map((r) => [r, times.get(r)!]));
  }

  /** Turns images into failures: they are the same as images before them. */
  markDuplicates(positions: readonly number[]): void {
    const mark = this.#database.prepare(
      "UPDATE outcomes SET reason = 'duplicate', detail = facts ->> 'sha256', image = NULL WHERE position = ?",
    );
    this.#transaction(() => positions.forEach((position) => mark.run(position)));
  }

  /** Forgets outcomes, so that they are tried again. */
  forget(positions: readonly number[]): void {
    const forget = this.#database.prepare("DELETE FROM outcomes WHERE position = ?");
    this.#transaction(() => positions.forEach((position) => forget.run(position)));
  }

  /** Forgets the failures after the full shards that may have passed by now. */
  forgetTransient(): void {
    const forget = this.#database.prepare("DELETE FROM outcomes WHERE position >= ? AND reason = ?");
    const from = this.shards().at(-1)?.end ?? 0;
    this.#transaction(() => FAILURE_REASONS.filter(mayPass).forEach((reason) => forget.run(from, reason)));
  }

  /** The full shards, in order. */
  shards(): FullShard[] {
    return this.#database.prepare("SELECT * FROM shards ORDER BY number").all() as unknown as FullShard[];
  }

  /**
   * Notes a full shard whose file is safely on disk, and lets go of its images. What it was made from is
   * settled.
   */
  addShard({ number, end, images, bytes }: FullShard): void {
    this.#transaction(() => {
      this.#database.prepare("INSERT INTO shards VALUES (?, ?, ?, ?)").run(number, end, images, bytes);
      this.#database.prepare("UPDATE outcomes SET image = NULL WHERE position < ? AND image IS NOT NULL").run(
        end,
      );
    });
    this.settle();
  }

  /** Waits until all that was recorded is on the disk itself, so that not even a power cut undoes it. */
  settle(): void {
    try {
      this.#database.exec("PRAGMA wal_checkpoint");
    } catch (error) {
      throw writeFailure(this.path, error as Error);
    }
  }

  /** Gives the room of images that have been let go back to the disk. */
  compact(): void {
    this.#database.exec("VACUUM");
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  #transaction(work: () => void): void {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      work();
      this.#database.exec("COMMIT");
    } catch (error) {
      throw this.#undone(error as Error);
    }
  }

  #undone(error: Error): Error {
    try {
      this.#database.exec("ROLLBACK");
    } catch {
      // A full disk has ended the transaction already.
    }
    return writeFailure(this.path, error);
  }
}

/** @throws {Error} as {@link Journal} */
function open(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    database.exec(
      "PRAGMA page_size = 32768; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000;",
    );
    database.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT`);
    return database;
  } catch (error) {
    database?.close();
    throw openFailure(path, error as Error);
  }
}

/** What to do about a journal that does not open. To fetch anew is said of a damaged one alone. */
function openFailure(path: string, error: Error): Error {
  const { message } = error;
  if (/locked|busy/.test(message)) {
    return new Error(`${path} is in use: another fetch into this folder is running`, { cause: error });
  }
  if (/not a database|malformed/.test(message)) {
    return new Error(`${path} cannot be read (${message}); remove its folder to fetch anew`, {
      cause: error,
    });
  }
  if (/readonly|unable to open/.test(message)) {
    return new Error(`${path} cannot be written (${message}): may this user write to its folder?`, {
      cause: error,
    });
  }
  return writeFailure(path, error);
}

/** An error of a write to the journal, which for a full disk says what to do. */
export function writeFailure(path: string, error: Error): Error {
  if (!/disk is full|disk I\/O error/.test(error.message)) return error;
  return new Error(
    `${path} cannot be written (${error.message}): free some space or name another folder in the environment ` +
      "variable NTD_DATA, and run the same command again; what was fetched is kept",
    { cause: error },
  );
}

function outcomeOf(row: Row): ItemOutcome {
  const { position, key, url, metadata, reason, detail, facts, image } = row;
  return {
    position,
    item: { key, url, ...(metadata ? { metadata: JSON.parse(metadata) } : {}) },
    ...(reason ? { failure: { reason, detail: detail ?? "" } } : {}),
    facts: facts ? JSON.parse(facts) : undefined,
    image: image ?? undefined,
  };
}
