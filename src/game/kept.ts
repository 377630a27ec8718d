/**
 * The games that a reader has played, on disk: a file of JSON lines each, which a person and pandas can read.
 */
import { join } from "node:path";
import { z } from "zod";

const index = z.int().min(0);
const time = z.iso.datetime();

/** First line of a game's file. */
const beginningSchema = z.strictObject({
  /** Hash of the run whose network the game is played against. */
  run: z.string(),
  datasets: z.array(z.string()).min(2),
  /** How many images were asked for; there are fewer where no more were left. */
  wanted: z.int().min(1),
  /** Orders the images. */
  seed: index,
  /** Whether the player is told after each answer if it was right. */
  feedback: z.boolean(),
  /** When the player agreed to the answers being kept, ISO 8601. */
  begun: time,
  /** The images in the order of asking. */
  images: z.array(z.strictObject({ dataset: z.string(), key: z.string() })).min(1),
});

/** Every other line. */
const answerSchema = z.strictObject({
  /** Place of the image in the game, from 0. */
  image: index,
  key: z.string(),
  /** The dataset that it is from. */
  dataset: z.string(),
  /** The dataset that the player named. */
  said: z.string(),
  /** The dataset that the network named. */
  network: z.string(),
  /** From the image's being shown to the answer. */
  seconds: z.number().min(0),
  /** ISO 8601. */
  answered: time,
});

export type Beginning = z.infer<typeof beginningSchema>;
export type Answer = z.infer<typeof answerSchema>;

/** A game as its file has it. */
export interface KeptGame {
  /** 1 for the first game of its folder. */
  number: number;
  path: string;
  beginning: Beginning;
  /** In the order of asking, without gaps. */
  answers: Answer[];
}

/**
 * An answer that is not the next one's turn: it was given already, in another window perhaps, or asks ahead.
 */
export class OutOfTurnError extends Error {
  override name = "OutOfTurnError";
}

const NAME = /^game-(\d{3,})\.jsonl$/;

/**
 * The games of a folder, by number; none where there is no folder.
 *
 * @throws {Error} naming file and line where a file is damaged
 */
export function readGames(folder: string): KeptGame[] {
  return numbersIn(folder).map((number) => {
    const path = pathOf(folder, number);
    return parseGame(Deno.readTextFileSync(path), path, number);
  }).filter((game) => game !== undefined);
}

function numbersIn(folder: string): number[] {
  try {
    const names = [...Deno.readDirSync(folder)].flatMap(({ name }) => NAME.exec(name)?.[1] ?? []);
    return names.map(Number).sort((a, b) => a - b);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

const pathOf = (folder: string, number: number) =>
  join(folder, `game-${String(number).padStart(3, "0")}.jsonl`);

/** A torn last line, as a power cut leaves it, counts as not written. */
const wholeLines = (text: string) => text.slice(0, text.lastIndexOf("\n") + 1);

/** Undefined for a game whose very first line is torn: it never began. */
function parseGame(text: string, path: string, number: number): KeptGame | undefined {
  const lines = wholeLines(text).split("\n").slice(0, -1);
  if (lines.length === 0) return undefined;
  const beginning = parseLine(beginningSchema, lines[0], path, 1);
  const answers = lines.slice(1).map((line, i) => {
    const answer = parseLine(answerSchema, line, path, i + 2);
    const image = beginning.images.at(i);
    const names = [answer.said, answer.network, answer.dataset];
    if (
      answer.image === i && image?.key === answer.key && image.dataset === answer.dataset &&
      names.every((name) => beginning.datasets.includes(name))
    ) return answer;
    throw damaged(path, i + 2, "it is no answer to the image whose turn it is");
  });
  return { number, path, beginning, answers };
}

function parseLine<T>(schema: z.ZodType<T>, line: string, path: string, number: number): T {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw damaged(path, number, "it is not JSON");
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [{ path: field, message }] = parsed.error.issues;
  throw damaged(path, number, `${field.join(".") || "the line"}: ${message}`);
}

function damaged(path: string, line: number, what: string): Error {
  return new Error(`${path}, line ${line}: ${what}. Mend the file or move it away, then play on.`);
}

/** Writes the first line of a new game, which nothing is kept before. */
export function beginGame(folder: string, beginning: Beginning): KeptGame {
  Deno.mkdirSync(folder, { recursive: true });
  const number = (numbersIn(folder).at(-1) ?? 0) + 1;
  const path = pathOf(folder, number);
  // `createNew`: of two processes that begin a game at once, one gets an error and not the other's file.
  Deno.writeTextFileSync(path, JSON.stringify(beginning) + "\n", { createNew: true });
  return { number, path, beginning, answers: [] };
}

/**
 * Appends the next answer and waits until it is on the disk.
 *
 * @returns the game with the answer
 * @throws {OutOfTurnError} where the file, which another process may have written to, waits for another
 *   image's answer
 */
export function keepAnswer({ path, number }: KeptGame, answer: Answer): KeptGame {
  using file = Deno.openSync(path, { read: true, write: true });
  file.lockSync(true);
  const text = Deno.readTextFileSync(path);
  const game = parseGame(text, path, number)!;
  const turn = game.answers.length;
  if (answer.image !== turn) {
    throw new OutOfTurnError(
      `It is not the turn of image ${
        answer.image + 1
      }: another window may have gone on with the game; load the page again.`,
    );
  }
  const end = new TextEncoder().encode(wholeLines(text)).length;
  file.truncateSync(end);
  file.seekSync(end, Deno.SeekMode.Start);
  writeAll(file, new TextEncoder().encode(JSON.stringify(answer) + "\n"));
  file.syncDataSync();
  return { ...game, answers: [...game.answers, answer] };
}

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
}
