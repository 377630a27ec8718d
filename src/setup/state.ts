/** The state of `.venv`, in one small file in it, which is also the lock. */
import { join } from "node:path";
import { SetupError } from "./machine.ts";

/** Name of the file in `.venv`. */
export const STATE_FILE = "name-that-dataset.state";

const INSTALLING = "installing";

/** The state of a virtual environment. `foreign`: somebody else made it. */
type VenvState = "missing" | "foreign" | "killed while installing" | { resolution: string };

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Reads the state that the last set-up left. */
export function readState(venv: string): VenvState {
  try {
    const text = Deno.readTextFileSync(join(venv, STATE_FILE)).trim();
    if (/^[0-9a-f]{64}$/.test(text)) return { resolution: text };
    if (text) return "killed while installing";
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  // Set-up writes its state before it writes anything else, so without one the environment is not its own.
  return isThere(join(venv, "pyvenv.cfg")) ? "foreign" : "missing";
}

/**
 * `.venv` held by this process alone until it is disposed; the lock goes with the process, however that ends.
 */
export interface HeldVenv extends Disposable {
  /** Says that what is in `.venv` is not whole from here on. */
  begin(): void;
  /** Says that it is whole, and what it was made from. */
  finish(resolution: string): void;
}

/**
 * Waits for the lock; `onWait` is called once if another process has it.
 *
 * @throws {SetupError} when nothing can be written there
 */
export async function holdVenv(venv: string, onWait: () => void): Promise<HeldVenv> {
  const file = openState(venv);
  if (!await file.tryLock(true)) {
    onWait();
    await file.lock(true);
  }
  const write = (text: string) => {
    file.truncateSync(0);
    file.seekSync(0, Deno.SeekMode.Start);
    file.writeSync(new TextEncoder().encode(text + "\n"));
    file.syncSync();
  };
  return {
    begin: () => write(INSTALLING),
    finish: write,
    [Symbol.dispose]: () => file.close(),
  };
}

function openState(venv: string): Deno.FsFile {
  try {
    Deno.mkdirSync(venv, { recursive: true });
    return Deno.openSync(join(venv, STATE_FILE), { create: true, read: true, write: true });
  } catch (error) {
    const { message } = error as Error;
    throw new SetupError(
      `Set-up installs into ${venv}, where nothing can be written (${message}): move away what is there, ` +
        "or work in a clone that you may write to, and run the same command again.",
    );
  }
}

/** Removes everything but the state from `.venv`. */
export function emptyVenv(venv: string): void {
  for (const { name } of Deno.readDirSync(venv)) {
    if (name !== STATE_FILE) Deno.removeSync(join(venv, name), { recursive: true });
  }
}
