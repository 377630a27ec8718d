import { FetchFailure } from "./failure.ts";
import type { Answer, Client, Head } from "./request.ts";

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** How a URL is asked for. */
export interface AskOptions {
  /** Called before the request; throws to refuse it. */
  beforeEach?: (url: URL) => Promise<void>;
  /** Called with an answer that is no redirect; throws to refuse its body. */
  accept: (head: Head) => void;
  signal: AbortSignal;
}

/** The URL in a text.
 *
 * @throws FetchFailure unless it is one of http or https without a password
 */
export function parseUrl(text: string, base?: URL): URL {
  const url = URL.parse(text.trim(), base);
  if (!url) throw new FetchFailure("invalid_url", text.slice(0, 200));
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new FetchFailure("invalid_url", `${url.protocol} is neither http: nor https:`);
  }
  if (url.username || url.password) {
    throw new FetchFailure("invalid_url", "it holds a user's name or password");
  }
  return url;
}

/**
 * Requests a URL.
 *
 * @returns the answer, or where it redirects to
 * @throws FetchFailure
 */
export async function ask(
  client: Client,
  url: URL,
  { beforeEach, accept, signal }: AskOptions,
): Promise<Answer | URL> {
  await beforeEach?.(url);
  const answer = await client.get(url, {
    signal,
    wantsBody: (head) => {
      if (isRedirect(head)) return false;
      accept(head);
      return true;
    },
  });
  return isRedirect(answer) ? parseUrl(answer.headers.location!, url) : answer;
}

/**
 * Visits a URL and where it redirects to; each is a visit of its own, with every check.
 *
 * @param redirects most redirects
 * @param visit gives what was found, or where to go on
 * @throws FetchFailure, and as `visit`
 */
export async function follow<Found extends object>(
  from: URL,
  redirects: number,
  visit: (url: URL) => Promise<Found | URL>,
): Promise<Found> {
  let url = from;
  for (let hop = 0; hop <= redirects; hop++) {
    const found = await visit(url);
    if (!(found instanceof URL)) return found;
    url = found;
  }
  throw new FetchFailure(
    "too_many_redirects",
    `more than ${redirects}, the last to ${url.href.slice(0, 200)}`,
  );
}

function isRedirect({ status, headers }: Head): boolean {
  if (!REDIRECTS.has(status)) return false;
  if (!headers.location) throw new FetchFailure("too_many_redirects", `${status} without a location`);
  return true;
}
