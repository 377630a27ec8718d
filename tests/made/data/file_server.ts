/** A request that a server had. */
export interface Asked {
  path: string;
  range: string | null;
  authorization: string | null;
}

/** A server on this machine that gives out files. */
export interface FileServer {
  /** Its address, with a slash at the end. */
  url: string;
  asked: Asked[];
  /** Bytes given out. */
  sent: () => number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What a server does with a request before it looks for the file: an answer, or nothing. */
export type Hook = (request: Request, asked: Asked) => Response | undefined;

/** Serves files by path; answers range requests. */
export function fileServer(
  files: Record<string, Uint8Array | string>,
  hook: Hook = () => undefined,
): FileServer {
  const asked: Asked[] = [];
  let sent = 0;
  const stop = new AbortController();
  const server = Deno.serve(
    { signal: stop.signal, port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => {
      const path = decodeURIComponent(new URL(request.url).pathname.slice(1));
      const now = {
        path,
        range: request.headers.get("range"),
        authorization: request.headers.get("authorization"),
      };
      asked.push(now);
      const instead = hook(request, now);
      if (instead) return instead;
      if (!(path in files)) return new Response("no such file", { status: 404 });
      const file = files[path];
      const bytes = typeof file === "string" ? new TextEncoder().encode(file) : file;
      const range = /^bytes=(\d+)-(\d*)$/.exec(now.range ?? "");
      const [start, end] = range
        ? [Number(range[1]), Math.min(range[2] ? Number(range[2]) + 1 : bytes.length, bytes.length)]
        : [0, bytes.length];
      sent += end - start;
      return new Response(bytes.slice(start, end), {
        status: range ? 206 : 200,
        headers: {
          "content-length": `${end - start}`,
          ...(range && { "content-range": `bytes ${start}-${end - 1}/${bytes.length}` }),
        },
      });
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    asked,
    sent: () => sent,
    [Symbol.asyncDispose]: () => {
      stop.abort(); // not shutdown(), which waits for connections that were broken off
      return server.finished;
    },
  };
}
