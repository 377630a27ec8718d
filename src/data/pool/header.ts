import { IMAGE_FAILURES } from "../../images/mod.ts";

/** Why an image of a source is not in its pool, for a reader. */
export const LEFT_OUT_REASONS = {
  unreadable: { meaning: "its bytes could not be had" },
  ...IMAGE_FAILURES,
  key_twice: { meaning: "an image before it has its name" },
} as const satisfies Record<string, { meaning: string }>;

/** Name of a reason. */
export type LeftOutReason = keyof typeof LEFT_OUT_REASONS;

/** An image of a source that is not in its pool. */
export interface LeftOut {
  key: string;
  /** Path or URL of the file that has it, where it comes from one. */
  file?: string;
  reason: LeftOutReason;
  /** What happened in this case: a size, a signal, the decoder's words. */
  detail: string;
}

/** One of them, with its file and its name, on a line. */
export function leftOutText({ key, file, reason, detail }: LeftOut): string {
  const { meaning } = LEFT_OUT_REASONS[reason];
  return `"${key}"${file === undefined ? "" : ` in ${file}`}: ${meaning} (${reason}: ${detail})`;
}
