/**
 * The programs that install packages: Deno for npm's, uv or pip for Python's. Each runs until it ends, or
 * until it meets a certificate that it does not trust: it would only try again.
 */
import { besideModule } from "../disk/mod.ts";
import { SetupError } from "./machine.ts";

/** A program that fills a virtual environment. Its commands are arguments of tethered.py. */
interface Installer {
  name: "uv" | "pip";
  /** Makes an environment in a folder, which may hold set-up's own files. */
  create(venv: string, python: string): string[];
  install(venv: string, requirements: readonly string[], dependencies: boolean): string[];
  uninstall(venv: string, packages: readonly string[]): string[];
}

const pip: Installer = {
  name: "pip",
  create: (venv) => ["venv", venv],
  // Nobody imports most of what comes: to compile it all takes as long as to fetch it.
  install: (
    _,
    requirements,
    dependencies,
  ) => ["pip", "install", "--no-compile", "--only-binary=:all:", ...noDeps(dependencies), ...requirements],
  uninstall: (_, packages) => ["pip", "uninstall", "--yes", ...packages],
};

const noDeps = (dependencies: boolean) => dependencies ? [] : ["--no-deps"];

/** @param program path of uv */
function uvAt(program: string): Installer {
  const into = (venv: string) => ["--python", `${venv}/bin/python`];
  return {
    name: "uv",
    // With pip in it, for a later set-up without uv.
    create: (venv, python) => [program, "venv", "--seed", "--allow-existing", "--python", python, venv],
    install: (
      venv,
      requirements,
      dependencies,
    ) => [
      program,
      "pip",
      "install",
      ...into(venv),
      "--only-binary=:all:",
      ...noDeps(dependencies),
      ...requirements,
    ],
    uninstall: (venv, packages) => [program, "pip", "uninstall", ...into(venv), ...packages],
  };
}

/** What can fill `.venv` here, the quickest first: uv where it is on the PATH, and pip. */
export async function pythonInstallers(path = Deno.env.get("PATH") ?? ""): Promise<Installer[]> {
  for (const folder of path.split(":").filter(Boolean)) {
    const program = `${folder}/uv`;
    try {
      const { success } = await new Deno.Command(program, {
        args: ["--version"],
        stdout: "null",
        stderr: "null",
      })
        .output();
      if (success) return [uvAt(program), pip];
    } catch {
      // it is not in this folder
    }
  }
  return [pip];
}

/** How a program has ended. */
interface Ended {
  success: boolean;
  /** All that it has said. */
  output: string;
}

/** How a program is run. */
interface RunOptions {
  /** Its output is appended to this file, too. */
  log?: string;
  cwd?: string;
  env?: Record<string, string>;
  /** Ends it. */
  signal?: AbortSignal;
}

/**
 * Runs an installer.
 *
 * @throws {SetupError} at once when it does not trust a certificate, with what to set
 */
export async function runInstaller(
  name: "deno" | Installer["name"],
  program: string,
  args: readonly string[],
  { log, cwd, env, signal }: RunOptions = {},
): Promise<Ended> {
  using file = log ? await Deno.open(log, { create: true, append: true }) : undefined;
  const process = new Deno.Command(program, {
    args: [...args],
    cwd,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    env,
  }).spawn();
  // A tethered program and its children end with the pipe.
  const end = () => void process.stdin.close().catch(() => {}).finally(() => kill(process, name));
  if (signal?.aborted) end();
  signal?.addEventListener("abort", end);
  let output = "";
  let distrust: string | undefined;
  const read = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder(); // each stream has its own characters, which chunks may cut
    for await (const chunk of stream) {
      await file?.write(chunk);
      output += decoder.decode(chunk, { stream: true });
      if (distrust === undefined && (distrust = distrusted(output)) !== undefined) end();
    }
  };
  await Promise.all([read(process.stdout), read(process.stderr)]);
  const { success } = await process.status;
  signal?.removeEventListener("abort", end);
  if (distrust === undefined) await process.stdin.close().catch(() => {}); // it has ended: the pipe may be gone
  if (distrust !== undefined) throw new SetupError(whatToTrust(name, distrust));
  return { success, output };
}

function kill(process: Deno.ChildProcess, name: string): void {
  if (name !== "deno") return;
  try {
    process.kill();
  } catch {
    // it has ended
  }
}

const tether = besideModule(import.meta.url, "./tethered.py");

/** As {@link runInstaller}, of a Python's module or another program, which ends with this process. */
export function runTethered(
  name: Installer["name"],
  python: string,
  args: readonly string[],
  options: RunOptions,
): Promise<Ended> {
  return runInstaller(name, python, [tether, ...args], {
    env: {
      PYTHONUNBUFFERED: "1",
      PIP_DISABLE_PIP_VERSION_CHECK: "1",
      PIP_NO_INPUT: "1",
      UV_NO_PROGRESS: "1",
    },
    ...options,
  });
}

/** How Deno and uv (rustls), pip (OpenSSL) and Node say that they do not know who signed a certificate. */
const DISTRUST =
  /UnknownIssuer|invalid peer certificate|CERTIFICATE_VERIFY_FAILED|certificate verify failed|UNABLE_TO_GET_ISSUER_CERT/;

/** The words in which a certificate is refused, undefined where none was. */
function distrusted(output: string): string | undefined {
  const line = output.split("\n").find((line) => DISTRUST.test(line));
  return line?.match(/invalid peer certificate: \w+|certificate verify failed: [\w -]*\w/)?.[0] ??
    line?.match(DISTRUST)?.[0];
}

/** The variables that name a certificate authority, by the program that reads them. */
const TRUST = {
  deno: ["DENO_CERT=/path/to/ca.pem", "or DENO_TLS_CA_STORE=system, where the system has the certificate"],
  pip: ["PIP_CERT=/path/to/ca.pem"],
  uv: ["SSL_CERT_FILE=/path/to/ca.pem"],
  npx: ["NODE_EXTRA_CA_CERTS=/path/to/ca.pem", "which downloads of images read, too"],
} as const;

/**
 * What to do where a program refuses a certificate: its own variables, and those of the others that are not
 * set, since they meet the same proxy.
 *
 * @param words in which it was refused
 * @param isSet whether a variable has a value
 */
export function whatToTrust(
  name: "deno" | Installer["name"],
  words: string,
  isSet = (variable: string) => Boolean(Deno.env.get(variable)),
): string {
  const order = [name, ...Object.keys(TRUST).filter((other) => other !== name)] as (keyof typeof TRUST)[];
  const lines = order
    .filter((other) => other === name || !isSet(TRUST[other][0].split("=")[0]))
    .map((other) => `  ${other.padEnd(5)} ${TRUST[other].join("\n        ")}`);
  return `${name} does not trust the certificate of the server that it gets packages from (${words}). A proxy that ` +
    "inspects TLS signs with an authority of its own. Set, before the same command, where its certificate is:\n" +
    lines.join("\n");
}
