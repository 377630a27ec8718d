/** What is checked without running the code. */
import { join } from "node:path";
import { repositoryRoot } from "../../disk/mod.ts";
import { venvPython } from "../../setup/mod.ts";

/** A check, counted as a test. */
export interface StaticCheck {
  name: string;
  program: string;
  args: string[];
}

function pythonFiles(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    return isDirectory ? pythonFiles(path) : name.endsWith(".py") ? [path] : [];
  });
}

/** Formatting, lint, types, and the syntax of the Python files. */
export function staticChecks(root = repositoryRoot): StaticCheck[] {
  const deno = Deno.execPath();
  const python = [join(root, "src"), join(root, "tests")].flatMap(pythonFiles);
  return [
    { name: "formatting (deno fmt)", program: deno, args: ["fmt", "--check", "--quiet"] },
    { name: "lint (deno lint)", program: deno, args: ["lint", "--quiet"] },
    { name: "types (deno check)", program: deno, args: ["check", "--quiet", "src", "tests"] },
    { name: "Python syntax (py_compile)", program: venvPython(root), args: ["-m", "py_compile", ...python] },
  ];
}

/** Runs a check; returns what it complains about, or `undefined`. */
export async function complaint({ program, args }: StaticCheck, root = repositoryRoot) {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return success ? undefined : decoder.decode(stdout) + decoder.decode(stderr);
}
