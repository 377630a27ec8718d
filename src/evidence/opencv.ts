/** OpenCV's WebAssembly build, loaded at its first use. */
import process from "node:process";

/** OpenCV's functions and classes. */
type Library = typeof import("@techstark/opencv-js");

/** An object in OpenCV's memory, which nobody collects. */
interface Deletable {
  delete(): void;
}

/** OpenCV, and a place for its objects that deletes them when it is disposed. */
export interface OpenCv extends Disposable {
  cv: Library;
  /** Has an object deleted in the end. */
  own<Owned extends Deletable>(object: Owned): Owned;
}

let loaded: Promise<{ cv: Library }> | undefined;

/** Opens OpenCV. Objects that were handed to `own` live until it is disposed. */
export async function openCv(): Promise<OpenCv> {
  const { cv } = await (loaded ??= load());
  const stack = new DisposableStack();
  return {
    cv,
    own: (object) => stack.adopt(object, (owned) => owned.delete()),
    [Symbol.dispose]: () => stack.dispose(),
  };
}

/** At anybody's error the library ends itself, and hides what the error was. Nobody asked it to listen. */
const LISTENED = ["uncaughtException", "unhandledRejection"];

/** In an object: the library has a `then`, so that a promise of the library itself would never be kept. */
async function load(): Promise<{ cv: Library }> {
  const before = LISTENED.map((event) => process.listeners(event as "exit"));
  const module = await import("@techstark/opencv-js");
  LISTENED.forEach((event, i) => {
    const added = process.listeners(event as "exit").filter((listener) => !before[i].includes(listener));
    for (const listener of added) process.off(event, listener);
  });
  const cv = module.default as unknown as Library;
  if (!("Mat" in cv)) {
    const { promise, resolve } = Promise.withResolvers<void>();
    (cv as { onRuntimeInitialized: () => void }).onRuntimeInitialized = resolve;
    await promise;
  }
  return { cv };
}
