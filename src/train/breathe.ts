import { setImmediate } from "node:timers";

/**
 * Lets the event loop turn once: signals are delivered, a notebook's displays are drawn and its kernel answers. Training and
 * evaluation call it between batches, since native ops block the thread.
 */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
