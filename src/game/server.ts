/**
 * The server of a game: on this machine only, until it is closed or its process ends. It answers requests
 * that have the token and come from no page but the game's own.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { stripTypeScriptTypes } from "node:module";
import { besideModule } from "../disk/mod.ts";
import type { Game } from "./game.ts";
import { OutOfTurnError } from "./kept.ts";
import { Refusal, respond } from "./routes.ts";

/** A game that can be played at `url`. */
export interface GameServer {
  /** With the token; whoever has it can play. */
  url: string;
  /** Answers what is under way, then ends. */
  close(): Promise<void>;
}

/**
 * Serves a game on 127.0.0.1.
 *
 * @param port default: any that is free
 * @throws {Error} when the port is taken or may not be used
 */
export function serveGame(game: Game, { port = 0 } = {}): GameServer {
  const token = makeToken();
  const server: Deno.HttpServer<Deno.NetAddr> = listen(port, async (request) => {
    try {
      const path = admittedPath(request, token, server.addr.port);
      return safe(await pageFile(request.method, path) ?? await respond(game, request, path));
    } catch (error) {
      return safe(errorResponse(error));
    }
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/${token}/`,
    close: () => server.shutdown(),
  };
}

function listen(port: number, handle: Deno.ServeHandler<Deno.NetAddr>): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, handle);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse || error instanceof Deno.errors.PermissionDenied) {
      throw new Error(
        `Port ${port} is taken or not yours to use: name another, or none for any that is free.`,
      );
    }
    throw error;
  }
}

function safe(response: Response): Response {
  for (const [name, value] of Object.entries(SAFE_HEADERS)) response.headers.set(name, value);
  return response;
}

function errorResponse(error: unknown): Response {
  if (error instanceof Refusal) {
    return Response.json({ error: error.message }, { status: error.status, headers: error.headers });
  }
  const message = error instanceof Error ? error.message : `${error}`;
  // A damaged file, a full disk: the player is told, since the terminal may be out of sight.
  return Response.json({ error: message }, { status: error instanceof OutOfTurnError ? 409 : 500 });
}

/** Pages that may show the game in a frame: Jupyter on this machine, and VS Code's notebooks. */
const FRAMES = "'self' http://127.0.0.1:* http://localhost:* vscode-webview:";

/**
 * Sent with every answer: other pages cannot read it, nothing is loaded from other hosts, nothing is cached.
 */
const SAFE_HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
    `connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors ${FRAMES}`,
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
};

/** 128 bits that nobody guesses. */
function makeToken(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toHex();
}

const digest = (text: string) => createHash("sha256").update(text).digest();

/**
 * The path of a request beyond its token.
 *
 * @param port the server's own
 * @throws {Refusal} 403 for another host, another origin or another token
 */
function admittedPath(request: Request, token: string, port: number): string {
  const host = request.headers.get("host") ?? "";
  const own = [`127.0.0.1:${port}`, `localhost:${port}`];
  // A name of elsewhere that leads to this machine (DNS rebinding) is not this server's name.
  if (!own.includes(host)) throw new Refusal(403, "This server answers to 127.0.0.1 only.");
  const origin = request.headers.get("origin");
  if (origin !== null && origin !== `http://${host}`) {
    throw new Refusal(403, "Pages of other origins are not answered.");
  }
  const [, given, ...path] = new URL(request.url).pathname.split("/");
  if (timingSafeEqual(digest(given ?? ""), digest(token))) return path.join("/");
  throw new Refusal(
    403,
    "This address is not, or no longer, that of a game. Take the one that the notebook's cell or the terminal shows.",
  );
}

const FILES: Record<string, string> = {
  "": "index.html",
  "page/style.css": "style.css",
  "page/score.css": "score.css",
  "page/main.ts": "main.ts",
  "page/elements.ts": "elements.ts",
  "page/score.ts": "score.ts",
};

const TYPES: Record<string, string> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  ts: "text/javascript; charset=utf-8",
};

/**
 * A file of the page; TypeScript goes out without its types, which is JavaScript.
 *
 * @returns undefined where the path is none of the page's
 * @throws {Refusal} 405 for another method than GET
 */
async function pageFile(method: string, path: string): Promise<Response | undefined> {
  if (!Object.hasOwn(FILES, path)) return undefined;
  if (method !== "GET") throw new Refusal(405, "Only GET is answered here.", { allow: "GET" });
  const name = FILES[path];
  const ending = name.split(".").at(-1)!;
  const text = await Deno.readTextFile(besideModule(import.meta.url, `./page/${name}`));
  const body = ending === "ts" ? stripTypeScriptTypes(text) : text;
  return new Response(body, { headers: { "content-type": TYPES[ending] } });
}
