/** Why an image of the list is not in the pool: one of a fixed list of reasons, so that link rot, one's own network and bad images are told apart. */
import { IMAGE_FAILURES } from "../images/mod.ts";

interface Reason {
  /** For the report's reader. */
  meaning: string;
  /** May well be otherwise in a minute: it is tried again. */
  transient?: true;
  /** May be the fault of this machine's own network. */
  local?: true;
}

const REASONS_BY_NAME = {
  invalid_url: { meaning: "not an http(s) URL, or a redirect to one that is not" },
  forbidden_address: {
    meaning: "the host is at a private, loopback, link-local, multicast or reserved address",
  },
  unknown_host: { meaning: "no DNS entry for the host", local: true },
  dns_failure: { meaning: "DNS gave no answer", transient: true, local: true },
  connection_failed: { meaning: "no connection to the host", transient: true, local: true },
  timed_out: { meaning: "no answer, or not all of it, in time", transient: true, local: true },
  tls_failure: { meaning: "no valid certificate" },
  connection_reset: { meaning: "the connection broke off", transient: true },
  incomplete: { meaning: "fewer bytes than announced", transient: true },
  bad_response: { meaning: "not HTTP, or headers too long" },
  too_many_redirects: { meaning: "redirects without end, or to nowhere" },
  gone: { meaning: "404, 410 or 451: not there any more" },
  blocked: { meaning: "401, 402, 403 or 407: not for us" },
  rate_limited: { meaning: "429: too many requests", transient: true },
  server_error: { meaning: "408 or 5xx: the server failed", transient: true },
  unexpected_status: { meaning: "another status than 200" },
  opted_out: { meaning: "the owner does not want it used (X-Robots-Tag)" },
  robots_txt: { meaning: "robots.txt forbids it" },
  not_image_type: { meaning: "the content type is no image's" },
  too_many_bytes: { meaning: "more bytes than are allowed" },
  bad_encoding: { meaning: "the content encoding is unknown, damaged or a bomb" },
  wrong_sha256: { meaning: "not the bytes that the list announces" },
  ...IMAGE_FAILURES,
  duplicate: { meaning: "the same bytes as an image that was chosen before" },
} as const satisfies Record<string, Reason>;

/** Name of a reason. */
export type FailureReason = keyof typeof REASONS_BY_NAME;

/** All reasons, in the order in which an image meets them. */
export const FAILURE_REASONS = Object.keys(REASONS_BY_NAME) as FailureReason[];

/** What a reason says, for a reader. */
export function meaningOf(reason: FailureReason): string {
  return REASONS_BY_NAME[reason].meaning;
}

/** Whether it is worth trying again at once. */
export function isTransient(reason: FailureReason): boolean {
  return "transient" in REASONS_BY_NAME[reason];
}

/** Whether it may be otherwise another day. */
export function mayPass(reason: FailureReason): boolean {
  return isTransient(reason) || isLocal(reason);
}

/** Whether this machine's own network may be at fault. */
export function isLocal(reason: FailureReason): boolean {
  return "local" in REASONS_BY_NAME[reason];
}

/** One image that could not be had. */
export class FetchFailure extends Error {
  override name = "FetchFailure";

  /**
   * @param detail what happened in this case: a status, a size, the decoder's words
   * @param retryAfterMs how long the server asks to wait
   */
  constructor(readonly reason: FailureReason, readonly detail: string, readonly retryAfterMs?: number) {
    super(`${reason}: ${detail}`);
  }
}
