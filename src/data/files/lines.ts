/** A longer line is no line of a list: it is passed over, so that a file without line ends takes no memory. Characters. */
const LONGEST_LINE = 1 << 20;

/** The lines of a text file, without their ends (LF or CRLF) and without a byte order mark. */
export async function* linesOf(blocks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  let tooLong = false;
  for await (const block of blocks) {
    const parts = (rest + decoder.decode(block, { stream: true })).split("\n");
    rest = parts.pop()!;
    for (const line of parts) {
      if (!tooLong && line.length <= LONGEST_LINE) yield line.replace(/\r$/, "");
      tooLong = false;
    }
    if (rest.length > LONGEST_LINE) [rest, tooLong] = ["", true];
  }
  rest += decoder.decode();
  if (rest !== "" && !tooLong) yield rest.replace(/\r$/, "");
}
