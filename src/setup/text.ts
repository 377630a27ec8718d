/** The last lines of a log, for an error message. */
export function tail(text: string, lines = 8): string {
  return text.trimEnd().split("\n").slice(-lines).map((line) => `  ${line}`).join("\n");
}

/** sha256 of a text, in hex. */
export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex();
}
