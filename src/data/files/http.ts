import { type Access, authorization, Refused } from "./access.ts";

/** Attempts after the first, where a failure may pass. */
const RETRIES = 4;
/** Wait before the first of them, ms; it doubles from one to the next. */
const BACKOFF_MS = 500;
/** A server that asks for a longer wait is not waited for, ms. */
const LONGEST_WAIT_MS = 60_000;
const REDIRECTS = 5;
/** Longest silence, ms. */
const SILENCE_MS = 30_000;

const USER_AGENT = "name-that-dataset/1.0 (research on dataset bias; https://arxiv.org/abs/2403.08632)";

/** An answer: its body must be read to the end or left with `body.return()`. */
export interface Answer {
  status: number;
  headers: Headers;
  body: AsyncGenerator<Uint8Array>;
}

/**
 * An answer to a request of part of a file. The token goes to the host that the manifest names and to no other; redirects are followed
 * to http and https alone.
 *
 * @param from first byte
 * @param to last byte; default: to the end
 * @throws Error naming the URL, and for a gated dataset what to do
 */
export async function requestBytes(url: string, access: Access, from = 0, to?: number): Promise<Answer> {
  const first = new URL(url);
  let at = first;
  for (let hop = 0; hop <= REDIRECTS; hop++) {
    const silence = watchSilence();
    const response = await fetch(at, {
      redirect: "manual",
      headers: {
        "user-agent": USER_AGENT,
        "accept-encoding": "identity",
        ...(from > 0 || to !== undefined ? { range: `bytes=${from}-${to ?? ""}` } : {}),
        ...(at.origin === first.origin ? authorization(access) : {}),
      },
      signal: silence.signal,
    }).finally(silence.pause);
    const next = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || !next) {
      const { status, headers } = await checked(response, url, access);
      return { status, headers, body: blocksOf(response, silence) };
    }
    await response.body?.cancel();
    at = new URL(next, at);
    if (!/^https?:$/.test(at.protocol)) throw new Refused(`${url} leads to ${at.protocol}, which is not followed`);
  }
  throw new Refused(`${url} is redirected more than ${REDIRECTS} times`);
}

/** Ends a request when nothing has come for a while; it watches from its making on, and between `listen` and `pause`. */
function watchSilence() {
  const stop = new AbortController();
  const end = () => stop.abort(new Error(`nothing came for ${SILENCE_MS / 1000} s`));
  let timer = setTimeout(end, SILENCE_MS);
  return {
    signal: stop.signal,
    listen: () => void (timer = setTimeout(end, SILENCE_MS)),
    pause: () => clearTimeout(timer),
  };
}

async function* blocksOf(
  { body }: Response,
  { listen, pause }: ReturnType<typeof watchSilence>,
): AsyncGenerator<Uint8Array> {
  const reader = body?.getReader();
  try {
    while (reader) {
      listen();
      const { value, done } = await reader.read().finally(pause);
      if (done) return;
      yield value;
    }
  } finally {
    await reader?.cancel();
  }
}

async function checked(response: Response, url: string, access: Access): Promise<Response> {
  const { status } = response;
  if (status === 200 || status === 206) return response;
  await response.body?.cancel();
  if (status === 401 || status === 403) {
    throw new Refused(
      access.kind === "gated"
        ? `${url} is refused (${status}): accept the terms at ${access.terms} with the account whose token is in ${access.token}`
        : `${url} is refused (${status}); has the dataset been gated since its manifest was checked?`,
    );
  }
  if (status === 429 || status >= 500) {
    const wait = 1000 * Number(response.headers.get("retry-after") ?? 0);
    throw Object.assign(new Error(`${url} answers ${status}`), { wait: Number.isFinite(wait) ? wait : 0 });
  }
  throw new Refused(`${url} answers ${status}; has the file been moved since its manifest was checked?`);
}

/** Does `attempt` again, a few times, unless its failure is final. */
export async function withRetries<T>(attempt: () => Promise<T>): Promise<T> {
  for (let done = 0;; done++) {
    try {
      return await attempt();
    } catch (error) {
      const wait = Math.max((error as { wait?: number }).wait ?? 0, BACKOFF_MS * 2 ** done);
      if (error instanceof Refused || done === RETRIES || wait > LONGEST_WAIT_MS) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

/**
 * The bytes of a file on the network, block by block; where the connection breaks, it goes on from there.
 *
 * @throws Error naming the URL when it is not to be had
 */
export async function* downloadBytes(url: string, access: Access): AsyncGenerator<Uint8Array> {
  let have = 0;
  let failures = 0;
  while (true) {
    const { status, headers, body } = await withRetries(() => requestBytes(url, access, have));
    if (have > 0 && status !== 206) {
      await body.return(undefined);
      throw new Error(`${url} broke off after ${have} bytes, and its server does not go on from there; try again`);
    }
    const total = have + Number(headers.get("content-length") ?? NaN);
    try {
      for await (const block of body) {
        have += block.length;
        yield block;
      }
      if (!(have < total)) return;
      throw new Error(`it ended after ${have} of ${total} bytes`);
    } catch (error) {
      if (++failures > RETRIES) throw new Error(`${url} broke off: ${(error as Error).message}`, { cause: error });
    }
  }
}
