import { FetchFailure } from "./failure.ts";
import type { Answer, Client, Head } from "./request.ts";

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** How redirects are followed. */
export interface FollowOptions {
  /** Most redirects. */
  redirects: number;
  /** Called before each request; throws to refuse it. */
  beforeEach?: (url: URL) => Promise<void>;
  /** Called with the answer that is no redirect; throws to refuse its body. */
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
 * Requests a URL and follows redirects; each one is a request of its own, with every check.
 *
 * @throws FetchFailure
 */
export async function follow(client: Client, from: URL, options: FollowOptions): Promise<Answer> {
  const { beforeEach, accept, signal, redirects } = options;
  let url = from;
  for (let hop = 0; hop <= redirects; hop++) {
    await beforeEach?.(url);
    const answer = await client.get(url, {
      signal,
      wantsBody: (head) => {
        if (isRedirect(head)) return false;
        accept(head);
        return true;
      },
    });
    if (!isRedirect(answer)) return answer;
    url = parseUrl(answer.headers.location!, url);
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
