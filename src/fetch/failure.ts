/**
 * The reasons why an image of the list is not stored. The list is fixed, so that link rot, one's own network
 * and bad images are told apart.
 */
import { isLocal, isTransient, REQUEST_FAILURES } from "../http/mod.ts";
import { IMAGE_FAILURES } from "../images/mod.ts";

const { too_many_bytes, ...ofTheRequest } = REQUEST_FAILURES;

const REASONS_BY_NAME = {
  ...ofTheRequest,
  opted_out: { meaning: "the owner does not want it used (X-Robots-Tag)" },
  robots_txt: { meaning: "robots.txt forbids it" },
  not_image_type: { meaning: "the content type is no image's" },
  too_many_bytes,
  bad_encoding: { meaning: "the content encoding is unknown, damaged or a bomb" },
  wrong_sha256: { meaning: "not the bytes that the list announces" },
  ...IMAGE_FAILURES,
  duplicate: { meaning: "the same bytes as an image that was chosen before" },
} as const satisfies Record<string, { meaning: string }>;

/** Name of a reason. */
export type FailureReason = keyof typeof REASONS_BY_NAME;

/** All reasons, in the order in which an image meets them. */
export const FAILURE_REASONS = Object.keys(REASONS_BY_NAME) as FailureReason[];

/** The meaning of a reason, for a reader. */
export function meaningOf(reason: FailureReason): string {
  return REASONS_BY_NAME[reason].meaning;
}

/** Whether it may be otherwise another day. */
export function mayPass(reason: FailureReason): boolean {
  return isTransient(reason) || isLocal(reason);
}
