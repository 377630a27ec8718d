/** Admission: only requests with the token, and from no page but the game's own. */
import { createHash, timingSafeEqual } from "node:crypto";
import { z } from "zod";

/** A refused request, with the message for its sender. */
export class Refusal extends Error {
  override name = "Refusal";

  constructor(readonly status: number, message: string, readonly headers: Record<string, string> = {}) {
    super(message);
  }
}

/** Longest body of a request, bytes. */
const MOST_BYTES = 1000;

/** Pages that may show the game in a frame: Jupyter on this machine, and VS Code's notebooks. */
const FRAMES = "'self' http://127.0.0.1:* http://localhost:* vscode-webview:";

/**
 * Sent with every answer: other pages cannot read it, nothing is loaded from other hosts, nothing is cached.
 */
export const SAFE_HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
    `connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors ${FRAMES}`,
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
};

/** 128 bits that nobody guesses. */
export function makeToken(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toHex();
}

const digest = (text: string) => createHash("sha256").update(text).digest();

/**
 * The path of a request beyond its token.
 *
 * @param port the server's own
 * @throws {Refusal} 403 for another host, another origin or another token
 */
export function admittedPath(request: Request, token: string, port: number): string {
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

/**
 * The JSON body of a request.
 *
 * @throws {Refusal} 413 for a long body, 415 for one that is not called JSON, 400 for one that is not what is
 *   asked for
 */
export async function readBody<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
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
