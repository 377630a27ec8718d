import type { AnswerReply, AnswerRequest, BeginRequest, GameScore, GameState } from "../wire.ts";

const GONE =
  "The game's server does not answer: the notebook's kernel, or the command, that ran it has ended. Your answers are " +
  "kept. Run the cell, or deno task play, again.";

async function ask<T>(path: string, body?: unknown): Promise<T> {
  const request = body === undefined ? {} : {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  const response = await fetch(path, request).catch(() => {
    throw new Error(GONE);
  });
  const value = await response.json();
  if (!response.ok) throw new Error(value.error);
  return value;
}

/** What the server knows; addresses are relative to the page's, which holds the token. */
export const server = {
  state: () => ask<GameState>("state"),
  begin: (request: BeginRequest) => ask<GameState>("begin", request),
  answer: (request: AnswerRequest) => ask<AnswerReply>("answer", request),
  score: () => ask<GameScore>("score"),
};

/** Address of an image of a game. */
export const questionImage = (game: number, image: number) => `question/${game}/${image}.png`;

/** Address of a training image. */
export const exampleImage = (dataset: number, example: number) => `example/${dataset}/${example}.png`;

/** Address of the figure of a finished game, drawn for this width in px. */
export const figureImage = (width: number) => `figure/${width}.svg`;
