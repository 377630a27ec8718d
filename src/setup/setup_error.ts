/** Something that set-up needs is missing; the message is one sentence that says what, and what to do. */
export class SetupError extends Error {
  override name = "SetupError";
}
