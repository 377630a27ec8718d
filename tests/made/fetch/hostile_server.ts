import { createServer, type Socket } from "node:net";
import { gzipSync } from "node:zlib";

/** A server on 127.0.0.1 that answers by script, byte by byte as the script wants, well or badly. */
export interface HostileServer {
  /** `http://127.0.0.1:PORT/NAME`. */
  url(name: string): string;
  port: number;
  /** How often each path was asked for, in order. */
  asked: string[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** What is done with a request: a whole answer, or anything at all. */
export type Script = (socket: Socket, request: { path: string; times: number; headers: string }) => void;

/** Answers with a status, headers and a body of the length that the headers announce. */
export function answer(
  status: number,
  headers: Record<string, string> = {},
  body: Uint8Array | string = "",
): Script {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  return (socket) => {
    const lines = Object.entries({ "Content-Length": `${bytes.length}`, ...headers }).map(([k, v]) =>
      `${k}: ${v}\r\n`
    );
    socket.write(`HTTP/1.1 ${status} x\r\n${lines.join("")}\r\n`);
    socket.write(bytes);
  };
}

/** Answers with an image. */
export const image = (bytes: Uint8Array, headers: Record<string, string> = {}): Script =>
  answer(200, { "Content-Type": "image/jpeg", ...headers }, bytes);

/** A body of 100 MB in 100 kB. */
export const gzipBomb = (): Script =>
  answer(
    200,
    { "Content-Type": "image/jpeg", "Content-Encoding": "gzip" },
    gzipSync(new Uint8Array(100_000_000)),
  );

/**
 * Starts the server.
 *
 * @param script what is done for a path, without its slash; 404 where it gives nothing
 */
export async function hostileServer(script: (path: string) => Script | undefined): Promise<HostileServer> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    let received = "";
    socket.on("data", (bytes) => {
      received += bytes.toString("latin1");
      for (let end = received.indexOf("\r\n\r\n"); end >= 0; end = received.indexOf("\r\n\r\n")) {
        const headers = received.slice(0, end);
        received = received.slice(end + 4);
        const path = headers.split(" ")[1].slice(1);
        asked.push(path);
        const times = asked.filter((other) => other === path).length;
        (script(path) ?? answer(404))(socket, { path, times, headers });
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const { port } = server.address() as { port: number };
  return {
    url: (name) => `http://127.0.0.1:${port}/${name}`,
    port,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
