import { answer, type HostileServer, hostileServer, image, type Script } from "./hostile_server.ts";
import { photographJpeg } from "./made_up_photographs.ts";
import type { FetchItem } from "../../../src/fetch/mod.ts";

/** A site of made-up photographs, about 40 in 100 of which are not to be had, each for another reason. */
export interface PhotoSite extends HostileServer {
  /** Its list: photograph `n` has the key `photo-n`. */
  items: FetchItem[];
}

/** What is wrong with photograph `n`, by `n` modulo 20; the others are fine. */
const FAULTS: Record<number, (photo: Uint8Array) => Script> = {
  0: () => answer(404),
  1: () => answer(403),
  2: () => answer(200, { "Content-Type": "text/html" }, "<html>"),
  3: () => image(new TextEncoder().encode("<html>not a photograph</html>")),
  4: (photo) => image(photo.subarray(0, photo.length / 2)),
  5: (photo) => (socket) => socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${photo.length}\r\n\r\nshort`),
  6: () => (socket) => socket.resetAndDestroy(),
  // Twice too many requests, then fine.
  7: (photo) => (socket, request) =>
    (request.times < 3 ? answer(429, { "Retry-After": "0" }) : image(photo))(socket, request),
  8: () => answer(302, { Location: "file:///etc/passwd" }),
  9: (photo) => image(photo, { "X-Robots-Tag": "noai" }),
};

/**
 * Opens the site.
 *
 * @param count of photographs
 * @param before called before each answer
 */
export async function photoSite(count: number, before: () => void = () => {}): Promise<PhotoSite> {
  const photos = await Promise.all(Array.from({ length: count }, (_, i) => photographJpeg(i)));
  const server = await hostileServer((path) => {
    if (path === "robots.txt") return answer(404);
    before();
    const photo = photos[Number(path)];
    return (FAULTS[Number(path) % 20] ?? image)(photo);
  });
  const items = photos.map((_, i) => ({
    key: `photo-${i}`,
    url: server.url(`${i}`),
    metadata: { caption: `No. ${i}` },
  }));
  return Object.assign(server, { items });
}
