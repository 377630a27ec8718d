/** The page's own files, by name: no other file can be asked for. */
import { stripTypeScriptTypes } from "node:module";
import { Refusal } from "./guard.ts";

const FILES: Record<string, string> = {
  "": "index.html",
  "page/style.css": "style.css",
  "page/score.css": "score.css",
  "page/main.ts": "main.ts",
  "page/elements.ts": "elements.ts",
  "page/server.ts": "server.ts",
  "page/welcome.ts": "welcome.ts",
  "page/question.ts": "question.ts",
  "page/examples.ts": "examples.ts",
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
export async function pageFile(method: string, path: string): Promise<Response | undefined> {
  if (!Object.hasOwn(FILES, path)) return undefined;
  if (method !== "GET") throw new Refusal(405, "Only GET is answered here.", { allow: "GET" });
  const name = FILES[path];
  const ending = name.split(".").at(-1)!;
  const text = await Deno.readTextFile(new URL(`./page/${name}`, import.meta.url));
  const body = ending === "ts" ? stripTypeScriptTypes(text) : text;
  return new Response(body, { headers: { "content-type": TYPES[ending] } });
}
