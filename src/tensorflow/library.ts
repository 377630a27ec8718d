/**
 * Where the native TensorFlow library is. PyPI's wheels carry the whole C API in two shared libraries; set-up
 * puts the wheel into `.venv`, and a TensorFlow that is already on the machine will do as well.
 */
import { repositoryRoot } from "../disk/mod.ts";
import { join, resolve } from "node:path";

/** The two shared libraries of one TensorFlow, ready for `Deno.dlopen`. */
export interface NativeLibrary {
  /** Folder that holds both. */
  folder: string;
  /** Must be opened first: `core` needs its symbols. */
  framework: string;
  /** Exports `TF_*` and `TFE_*`. */
  core: string;
  /** The rule that found it, in words, for messages and notebook 00. */
  foundBy: string;
}

/** The places that {@link findLibrary} searches. The defaults are this process's; tests pass their own. */
export interface SearchOptions {
  /** Root of the repository, which may hold `.venv`. */
  root?: string;
  /** Default: `NTD_TENSORFLOW`. */
  override?: string;
  /** Folders that may hold `site-packages` of a system-wide Python. */
  systemFolders?: string[];
  os?: typeof Deno.build.os;
}

const systemPrefixes = ["/usr/local/lib", "/usr/lib", "/opt/homebrew/lib"];

/** File names by platform: ELF on Linux, Mach-O on macOS. */
function libraryNames(os: string): { framework: string; core: string } {
  return os === "darwin"
    ? { framework: "libtensorflow_framework.2.dylib", core: "libtensorflow_cc.2.dylib" }
    : { framework: "libtensorflow_framework.so.2", core: "libtensorflow_cc.so.2" };
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** `lib/python3.x/{site,dist}-packages/tensorflow` for every Python under a prefix. */
function pythonPackageFolders(libFolder: string): string[] {
  let versions: string[];
  try {
    versions = [...Deno.readDirSync(libFolder)].map((e) => e.name).filter((n) => /^python3(\.\d+)?$/.test(n));
  } catch {
    return [];
  }
  return versions.sort().reverse().flatMap((v) =>
    ["site-packages", "dist-packages"].map((packages) => join(libFolder, v, packages, "tensorflow"))
  );
}

function libraryIn(folder: string, os: string, foundBy: string): NativeLibrary | undefined {
  const names = libraryNames(os);
  const [framework, core] = [join(folder, names.framework), join(folder, names.core)];
  return isFile(framework) && isFile(core) ? { folder, framework, core, foundBy } : undefined;
}

/**
 * Finds native TensorFlow: the folder in `NTD_TENSORFLOW`, then the repository's `.venv`, then a system-wide
 * Python's packages. Returns `undefined` where there is none.
 *
 * @throws {Error} when `NTD_TENSORFLOW` is set and its folder lacks the libraries: an explicit wish is never
 *   passed over
 */
export function findLibrary(options: SearchOptions = {}): NativeLibrary | undefined {
  const os = options.os ?? Deno.build.os;
  const override = options.override ?? Deno.env.get("NTD_TENSORFLOW");
  if (override) {
    const found = libraryIn(resolve(options.root ?? repositoryRoot, override), os, "NTD_TENSORFLOW");
    if (found) return found;
    const { framework, core } = libraryNames(os);
    throw new Error(
      `NTD_TENSORFLOW names ${override}, which does not hold ${core} and ${framework}. ` +
        "Point it at the `tensorflow` folder of an installed wheel, or unset it.",
    );
  }
  const venv = join(options.root ?? repositoryRoot, ".venv", "lib");
  for (const folder of pythonPackageFolders(venv)) {
    const found = libraryIn(folder, os, ".venv");
    if (found) return found;
  }
  for (const prefix of options.systemFolders ?? systemPrefixes) {
    for (const folder of pythonPackageFolders(prefix)) {
      const found = libraryIn(folder, os, "system");
      if (found) return found;
    }
  }
  return undefined;
}
