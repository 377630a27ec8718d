import assert from "node:assert/strict";
import type { Game } from "../../../src/game/game.ts";
import { serveGame } from "../../../src/game/mod.ts";
import { smallGame } from "./small_game.ts";

/** Images of the game. */
export const IMAGES = 4;

/** A game of four images with its server. */
export async function served(): Promise<{ game: Game; url: string; [Symbol.asyncDispose](): Promise<void> }> {
  const game = await smallGame({ images: IMAGES });
  const server = serveGame(game);
  return {
    game,
    url: server.url,
    async [Symbol.asyncDispose]() {
      await server.close();
      game[Symbol.dispose]();
    },
  };
}

const JSON_TYPE = { "content-type": "application/json" };
/** Sends JSON, or text that should be. */
export const post = (url: string, body: unknown, headers: Record<string, string> = JSON_TYPE) =>
  fetch(url, { method: "POST", headers, body: typeof body === "string" ? body : JSON.stringify(body) });

/** Waits for an answer that says what is wrong. */
export async function refused(asked: Promise<Response>, status: number, message = /./): Promise<void> {
  const response = await asked;
  const { error } = await response.json();
  assert.equal(response.status, status, error);
  assert.match(error, message);
}
