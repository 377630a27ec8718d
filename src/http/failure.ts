interface Reason {
  /** For the report's reader. */
  meaning: string;
  /** May well be otherwise in a minute: it is tried again. */
  transient?: true;
  /** May be the fault of this machine's own network. */
  local?: true;
}

/** Why a file could not be had, in the order in which a request meets the reasons. */
export const REQUEST_FAILURES = {
  invalid_url: { meaning: "not an http(s) URL, or a redirect to one that is not" },
  forbidden_address: {
    meaning: "the host is at a private, loopback, link-local, multicast or reserved address",
  },
  unknown_host: { meaning: "no DNS entry for the host", local: true },
  dns_failure: { meaning: "DNS gave no answer", transient: true, local: true },
  connection_failed: { meaning: "no connection to the host", transient: true, local: true },
  timed_out: { meaning: "no answer, or not all of it, in time", transient: true, local: true },
  tls_failure: {
    meaning: "no valid certificate; where no host has one, a proxy inspects TLS: set " +
      "NODE_EXTRA_CA_CERTS=/path/to/ca.pem, or DENO_TLS_CA_STORE=system where the system has its certificate",
  },
  connection_reset: { meaning: "the connection broke off", transient: true },
  incomplete: { meaning: "fewer bytes than announced", transient: true },
  bad_response: { meaning: "not HTTP, or headers too long" },
  too_many_redirects: { meaning: "redirects without end, or to nowhere" },
  gone: { meaning: "404, 410 or 451: not there any more" },
  blocked: { meaning: "401, 402, 403 or 407: not for us" },
  rate_limited: { meaning: "429: too many requests", transient: true },
  server_error: { meaning: "408 or 5xx: the server failed", transient: true },
  unexpected_status: { meaning: "another status than 200" },
  too_many_bytes: { meaning: "more bytes than are allowed" },
} as const satisfies Record<string, Reason>;

/** Name of a reason. */
export type RequestFailureReason = keyof typeof REQUEST_FAILURES;

/**
 * One file that could not be had; the reasons may be more than those of the network, where more is asked of
 * the file.
 */
export class RequestFailure<Reason extends string = RequestFailureReason> extends Error {
  override name = "RequestFailure";

  /**
   * @param detail the details of this case: a status, a size, the decoder's words
   * @param retryAfterMs how long the server asks to wait
   */
  constructor(readonly reason: Reason, readonly detail: string, readonly retryAfterMs?: number) {
    super(`${reason}: ${detail}`);
  }
}

/** Whether it is worth trying again at once. */
export function isTransient(reason: string): boolean {
  return hasMark(reason, "transient");
}

/** Whether this machine's own network may be at fault. */
export function isLocal(reason: string): boolean {
  return hasMark(reason, "local");
}

function hasMark(reason: string, mark: "transient" | "local"): boolean {
  return reason in REQUEST_FAILURES && mark in REQUEST_FAILURES[reason as RequestFailureReason];
}

/** The reason that a status which is not wanted stands for. */
export function reasonOfStatus(status: number): RequestFailureReason {
  if ([404, 410, 451].includes(status)) return "gone";
  if ([401, 402, 403, 407].includes(status)) return "blocked";
  if (status === 429) return "rate_limited";
  return status === 408 || status >= 500 ? "server_error" : "unexpected_status";
}
