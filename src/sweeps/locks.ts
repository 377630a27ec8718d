/** What a lock on a folder is worth: on some file systems it holds between machines, on some it is none. */
import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** Whom a lock keeps out: all machines, processes of this machine, nobody, or it cannot be told. */
export type LockReach = "machines" | "this machine" | "none" | "unknown";

/** A file system that a folder lies on. */
interface Mount {
  /** As the kernel names it: "nfs4". */
  type: string;
  /** Options of the mount. */
  options: string[];
}

const OF_THIS_MACHINE = /^(ext[234]|xfs|btrfs|zfs|bcachefs|f2fs|tmpfs|ramfs|overlay|apfs)$/;
const BETWEEN_MACHINES = /^(nfs4?|ceph|fuse\.ceph.*|gpfs|beegfs|fuse\.glusterfs|fuse\.juicefs|cifs|smb3)$/;
/** Object stores as folders. */
const WITHOUT_LOCKS = /^fuse\.(s3fs|gcsfuse|goofys|geesefs|rclone|mountpoint-s3|mount-s3|blobfuse2?)$/;

/** What a lock is worth on a file system, by its documentation; `ext4` alone has been tried. */
export function lockReach({ type, options }: Mount): LockReach {
  if (OF_THIS_MACHINE.test(type)) return "this machine";
  if (WITHOUT_LOCKS.test(type)) return "none";
  if (type === "lustre") {
    return options.includes("flock") ? "machines" : options.includes("localflock") ? "this machine" : "none";
  }
  if (!BETWEEN_MACHINES.test(type)) return "unknown";
  const isLocal = /^(nolock|nobrl|local_lock=(flock|all))$/;
  return options.some((option) => isLocal.test(option)) ? "this machine" : "machines";
}

/**
 * The file system of a folder, which need not be there yet; undefined where the system does not say.
 *
 * @param table as /proc/self/mounts
 */
export function mountOf(folder: string, table = mounts()): Mount | undefined {
  let path = resolve(folder);
  while (!existsSync(path) && path !== dirname(path)) path = dirname(path);
  const real = existsSync(path) ? Deno.realPathSync(path) : path;
  const rows = table.split("\n").map((line) => line.split(" ")).filter((row) => row.length >= 4);
  const within = rows.filter(([, at]) => {
    const point = at.replaceAll("\\040", " ");
    return real === point || real.startsWith(point.endsWith("/") ? point : `${point}/`);
  });
  const longest = Math.max(...within.map(([, at]) => at.length));
  const row = within.findLast(([, at]) => at.length === longest); // the latest mount covers those before
  return row && { type: row[2], options: row[3].split(",") };
}

function mounts(): string {
  try {
    return Deno.readTextFileSync("/proc/self/mounts");
  } catch {
    return ""; // not Linux
  }
}

/**
 * Checks that claims can be made in a folder.
 *
 * @returns a sentence about whom they keep out
 * @throws {Error} where a lock is none, saying what to do instead
 */
export function checkClaims(folder: string, mount = mountOf(folder)): string {
  const type = mount?.type ?? "a file system of unknown kind";
  const reach = mount ? lockReach(mount) : "unknown";
  if (reach === "none") {
    throw new Error(
      `--claim: ${folder} lies on ${type}, where locks keep nobody out. Give each process a part: --shard I/N.`,
    );
  }
  if (reach === "machines") return `Claims in ${folder} hold between machines (${type}).`;
  if (reach === "this machine") {
    return `Claims in ${folder} hold between processes of this machine (${type}); other machines: --shard I/N.`;
  }
  return `Whether claims in ${folder} hold between machines is not known (${type}); if they do not: --shard I/N.`;
}
