/** The requests of the page, and their answers. */
import { z } from "zod";
import { encodePng } from "../images/mod.ts";
import { renderSvg } from "../figures/mod.ts";
import { userStudyFigure } from "../chapters/user_study/figure.ts";
import { figure5 } from "../paper/mod.ts";
import { networkScore, personScore } from "../chapters/user_study/records.ts";
import {
  answer,
  begin,
  currentGame,
  examplePng,
  type Game,
  keptGames,
  nextImages,
  packedImage,
  playedGame,
} from "./game.ts";
import type { KeptGame } from "./kept.ts";
import type { AnswerReply, AnswerRequest, BeginRequest, GameScore, GameState } from "./wire.ts";

/** A refused request, with the message for its sender. */
export class Refusal extends Error {
  override name = "Refusal";

  constructor(readonly status: number, message: string, readonly headers: Record<string, string> = {}) {
    super(message);
  }
}

const index = z.int().min(0);
const beginRequest: z.ZodType<BeginRequest> = z.strictObject({ feedback: z.boolean() });
const answerRequest: z.ZodType<AnswerRequest> = z.strictObject({
  game: index,
  image: index,
  said: index,
  seconds: z.number().min(0),
});

const { source, people, imagesEach, meanPercent, medianPercent } = figure5;
const PAPER = { source, people, imagesEach, meanPercent, medianPercent };

/** Widths that the figure is drawn for, px. */
const FIGURE_WIDTHS = { least: 480, most: 760 };

/** A pattern of paths with one method. */
interface Route {
  method: "GET" | "POST";
  pattern: RegExp;
  respond(game: Game, request: Request, parts: number[]): Promise<Response> | Response;
}

const ROUTES: Route[] = [
  { method: "GET", pattern: /^state$/, respond: (game) => Response.json(stateOf(game)) },
  { method: "POST", pattern: /^begin$/, respond: beginRound },
  { method: "POST", pattern: /^answer$/, respond: takeAnswer },
  { method: "GET", pattern: /^question\/(\d+)\/(\d+)\.png$/, respond: question },
  { method: "GET", pattern: /^example\/(\d+)\/(\d+)\.png$/, respond: example },
  { method: "GET", pattern: /^score$/, respond: (game) => Response.json(scoreOf(game, finishedRound(game))) },
  { method: "GET", pattern: /^figure\/(\d+)\.svg$/, respond: figure },
];

/**
 * Answers a request whose token has been checked.
 *
 * @param path beyond the token
 * @throws {Refusal} 404, 405 or 409 with what is wrong
 */
export async function respond(game: Game, request: Request, path: string): Promise<Response> {
  const here = ROUTES.filter(({ pattern }) => pattern.test(path));
  if (here.length === 0) throw new Refusal(404, "There is nothing at this address.");
  const route = here.find(({ method }) => method === request.method);
  if (!route) {
    const allow = here.map(({ method }) => method).join(", ");
    throw new Refusal(405, `Only ${allow} is answered here.`, { allow });
  }
  return await route.respond(game, request, route.pattern.exec(path)!.slice(1).map(Number));
}

function stateOf(game: Game, kept = keptGames(game)): GameState {
  const round = currentGame(game, kept);
  return {
    datasets: game.record.experiment.datasets.map((name, d) => ({
      name,
      title: game.pools[d].manifests.map(({ title }) => title).join(" + "),
      examples: game.examples[d].length,
    })),
    next: nextImages(game, kept).length,
    paper: PAPER,
    folder: game.folder,
    ...(round && {
      round: {
        number: round.number,
        images: round.beginning.images.length,
        answered: round.answers.length,
        feedback: round.beginning.feedback,
      },
    }),
  };
}

async function beginRound(game: Game, request: Request): Promise<Response> {
  const { feedback } = await readBody(request, beginRequest);
  begin(game, feedback);
  return Response.json(stateOf(game), { status: 201 });
}

async function takeAnswer(game: Game, request: Request): Promise<Response> {
  const { game: number, image, said, seconds } = await readBody(request, answerRequest);
  const { datasets } = game.record.experiment;
  if (said >= datasets.length) throw new Refusal(400, `said: there are ${datasets.length} datasets`);
  const kept = currentGame(game);
  if (kept?.number !== number) {
    throw new Refusal(409, "This is not the game that is being played; load the page again.");
  }
  const after = answer(game, kept, image, said, seconds);
  const reply: AnswerReply = {
    state: stateOf(game),
    ...(after.beginning.feedback && { truth: datasets.indexOf(after.answers[image].dataset) }),
  };
  return Response.json(reply);
}

/** The image that is asked about, and those that have been. */
async function question(game: Game, _request: Request, [number, image]: number[]): Promise<Response> {
  const kept = currentGame(game);
  const known = kept?.number === number && image <= kept.answers.length;
  const asked = known ? kept.beginning.images.at(image) : undefined;
  if (asked === undefined) return png();
  const label = game.record.experiment.datasets.indexOf(asked.dataset);
  return png(await encodePng(packedImage(game, { label, key: asked.key })));
}

async function example(game: Game, _request: Request, [dataset, number]: number[]): Promise<Response> {
  return png(await examplePng(game, dataset, number));
}

function png(bytes?: Uint8Array): Response {
  if (!bytes) throw new Refusal(404, "There is no such image.");
  return new Response(new Uint8Array(bytes), { headers: { "content-type": "image/png" } });
}

function finishedRound(game: Game): KeptGame {
  const kept = currentGame(game);
  if (kept && kept.answers.length === kept.beginning.images.length) return kept;
  throw new Refusal(409, "The score is told when every image has been answered.");
}

function scoreOf(game: Game, kept: KeptGame): GameScore {
  const played = playedGame(game, kept);
  return {
    person: personScore([played])!,
    network: networkScore([played]),
    chance: 1 / played.datasets.length,
    seconds: median(kept.answers.map(({ seconds }) => seconds)),
    answers: [...played.answers],
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.floor(sorted.length / 2)]) / 2;
}

async function figure(game: Game, _request: Request, [asked]: number[]): Promise<Response> {
  const drawn = userStudyFigure([playedGame(game, finishedRound(game))]);
  const width = Math.min(FIGURE_WIDTHS.most, Math.max(FIGURE_WIDTHS.least, asked));
  const svg = await renderSvg(drawn, { width, background: "transparent" });
  return new Response(svg, { headers: { "content-type": "image/svg+xml; charset=utf-8" } });
}

/** Longest body of a request, bytes. */
const MOST_BYTES = 1000;

/**
 * The JSON body of a request.
 *
 * @throws {Refusal} 413 for a long body, 415 for one that is not called JSON, 400 for one that is not what is
 *   asked for
 */
async function readBody<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  if (request.headers.get("content-type")?.split(";")[0].trim() !== "application/json") {
    throw new Refusal(415, "The body must be application/json.");
  }
  const text = await readText(request);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal(400, "The body is not JSON.");
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  throw new Refusal(400, `${path.join(".") || "the body"}: ${message}`);
}

async function readText(request: Request): Promise<string> {
  const decoder = new TextDecoder();
  let [text, bytes] = ["", 0];
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Refusal(413, `The body is longer than ${MOST_BYTES} bytes.`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}
