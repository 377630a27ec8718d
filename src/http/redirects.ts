import type { Client, HttpResponse, RequestOptions, ResponseHead } from "./client.ts";
import { RequestFailure } from "./failure.ts";

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * The URL in a text.
 *
 * @param base where it was read: a redirect from there
 * @throws {RequestFailure} unless it is one of http or https without a password
 */
export function parseUrl(text: string, base?: URL): URL {
  const url = URL.parse(text.trim(), base);
  if (!url) throw new RequestFailure("invalid_url", text.slice(0, 200));
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new RequestFailure(
      "invalid_url",
      base
        ? `it leads to ${url.protocol}, which is not followed`
        : `${url.protocol} is neither http: nor https:`,
    );
  }
  if (url.username || url.password) {
    throw new RequestFailure("invalid_url", "it holds a user's name or password");
  }
  return url;
}

/**
 * Requests a URL; `accept` is not asked about redirects.
 *
 * @returns the answer, or where it redirects to
 * @throws {RequestFailure}
 */
export async function ask(client: Client, url: URL, options: RequestOptions): Promise<HttpResponse | URL> {
  const answer = await client.request(url, {
    ...options,
    accept: (head) => isRedirect(head) || options.accept(head),
  });
  if (!isRedirect(answer)) return answer;
  answer[Symbol.dispose]();
  return parseUrl(answer.headers.location!, url);
}

/**
 * Visits a URL and where it redirects to; each is a visit of its own, with every check.
 *
 * @param redirects most redirects
 * @param visit gives what was found, or where to go on
 * @throws {RequestFailure}, and as `visit`
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
  throw new RequestFailure(
    "too_many_redirects",
    `redirected more than ${redirects} times, the last to ${url.href.slice(0, 200)}`,
  );
}

function isRedirect({ status, headers }: ResponseHead): boolean {
  if (!REDIRECTS.has(status)) return false;
  if (!headers.location) throw new RequestFailure("too_many_redirects", `${status} without a location`);
  return true;
}
