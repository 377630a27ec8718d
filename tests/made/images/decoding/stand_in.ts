/** A decoder that does with each file what the file's first letter says, also what hostile files may bring a decoder to. */
import process from "node:process";
import { ImageFailure, serveDecoder } from "../../../../src/images/mod.ts";

const write = (...bytes: number[]) => Deno.stdout.writeSync(Uint8Array.from(bytes));

const forever = () => new Promise<never>(() => setInterval(() => {}, 1000));

const ORDERS: Record<string, () => unknown> = {
  abort: () => process.abort(),
  exit: () => Deno.exit(3),
  busy: () => {
    while (true);
  },
  wait: forever,
  async memory() {
    for (const taken: Uint8Array[] = [];;) {
      taken.push(new Uint8Array(8e6).fill(1));
      await new Promise((resolve) => setTimeout(resolve));
    }
  },
  half: () => {
    write(9, 0, 0, 0);
    Deno.exit(1);
  },
  garbage: () => {
    write(...Array(8).fill(255));
    return forever();
  },
  damaged: () => {
    throw new Error("first line\nsecond line");
  },
  large: () => {
    throw new ImageFailure("too_many_pixels", "9 x 9");
  },
};

if (import.meta.main) {
  await serveDecoder(async (file: Uint8Array, settings: unknown) => {
    await ORDERS[new TextDecoder().decode(file)]?.();
    return { facts: { length: file.length, settings, pid: Deno.pid }, bytes: file };
  });
}
