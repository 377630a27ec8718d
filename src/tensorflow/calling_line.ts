/** ` at file:line` of the code that called into tfjs, where the stack shows it: for errors that are found deep inside. */
export function callingLine(): string {
  const frames = new Error().stack?.split("\n").slice(1) ?? [];
  const own = frames.find((frame) =>
    !/node_modules|\/src\/(tensorflow|ops)\//.test(frame) && /:\d+:\d+/.test(frame)
  );
  const place = own?.match(/[^\s(]+:\d+(?=:\d+)/)?.[0];
  return place ? ` at ${place.replace("file://", "")}` : "";
}
