import { basename } from "node:path";

/** Endings of the names of image files that are read: of JPEG all that systems and browsers give. */
const ENDINGS = ["jpg", "jpeg", "jpe", "jif", "jfif", "jfi", "pjpeg", "pjp", "png", "apng", "webp", "gif"];

/** The endings of image files, for a message. */
export const IMAGE_ENDINGS = ENDINGS.map((ending) => `.${ending}`).join(", ");

const IMAGE_FILE = new RegExp(`\\.(${ENDINGS.join("|")})$`, "i");
const ARCHIVE_FILE = /\.(tar|tar\.\w+|tgz|zip|7z|rar|parquet)$/i;

/** Whether a file's name says that it is an image. */
export function isImageName(name: string): boolean {
  return IMAGE_FILE.test(name);
}

/** The name of an image file without its ending: the image's key. */
export function withoutEnding(name: string): string {
  return name.replace(IMAGE_FILE, "");
}

/** Whether a file's name says that it is an archive that may hold images. */
export function isArchiveName(name: string): boolean {
  return ARCHIVE_FILE.test(name) && !name.split("/").some(isOfSystem);
}

/**
 * The fault of a place without an image in which archives lie, as in ImageNet's tar of a tar a class.
 *
 * @param unpack the program that unpacks it, where it is an archive itself
 */
export function nestedArchives(place: string, archive: string, unpack?: "tar -xf" | "unzip"): Error {
  return new Error(
    `${place} has no image of its own but archives, as ${archive}, which are not looked into: ${
      unpack ? `unpack it (${unpack} ${basename(place)}) and ` : ""
    }name those in the manifest, or unpack them too and name the folder, as "type": "folder"`,
  );
}

/** Folders and files that systems and their tools put beside images, with previews of them. */
const OF_SYSTEMS = new Set([
  "__MACOSX",
  "@eaDir",
  "#recycle",
  "$RECYCLE.BIN",
  "System Volume Information",
]);

/** Whether a file or folder of this name is no part of a dataset: `@eaDir`, `__MACOSX`, `._photo.jpg`. */
export function isOfSystem(name: string): boolean {
  return name.startsWith("._") || OF_SYSTEMS.has(name);
}

/**
 * The path of an archive's image after the source's `within`, whether or not names begin with `./` there.
 * Undefined for a member that lies elsewhere or that a system put there.
 */
export function memberPath(name: string, within = ""): string | undefined {
  if (name.split("/").some(isOfSystem)) return undefined;
  if (within === "") return name;
  const [bare, start] = [name, within].map((path) => path.replace(/^(\.\/)+/, ""));
  return bare.startsWith(start) ? bare.slice(start.length) : undefined;
}

/** Facts about an image that the names of its folders tell. */
interface MemberFolders {
  /** Its official split. */
  split?: string;
  /** Name of its semantic class. */
  className?: string;
}

/**
 * The split and the class of an archive's member, where the source has them as folders. Undefined when the
 * source has splits and the member lies in none.
 *
 * @param path after the source's `within`
 */
export function memberFolders(
  path: string,
  { splits, classFolders = false }: { splits?: string[]; classFolders?: boolean },
): MemberFolders | undefined {
  const folders = path.replace(/^(\.\/)+/, "").split("/").slice(0, -1);
  const split = splits && folders.shift();
  if (splits && !(split !== undefined && splits.includes(split))) return undefined;
  const className = classFolders ? folders[0] : undefined;
  return { ...(split !== undefined && { split }), ...(className !== undefined && { className }) };
}
