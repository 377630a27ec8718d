import { join } from "node:path";
import { fetchedFolder, fetchedForOthers, wantedShorter } from "./urls.ts";
import type { TarMember } from "../files/tar_members.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { isImageName, withoutEnding } from "./image_paths.ts";
import type { SourceImage } from "./source.ts";
import { memberFile, shardSamples } from "./webdataset.ts";

/** What is used of the JSON beside a fetched image: see `PhotographFacts`. */
interface Description {
  key?: unknown;
  width?: number;
  height?: number;
  originalWidth?: number;
  originalHeight?: number;
}

/**
 * The images of a list of addresses that have been fetched, in the order of their shards. An image's key is the `key` in the JSON
 * beside it.
 *
 * @throws Error when they have not been fetched, saying how to do it, when a shard is damaged, and when an image was reduced to less
 * than is wanted
 */
export async function* fetchedImages(manifest: Manifest, root: string): AsyncGenerator<SourceImage> {
  const open: Pick<Manifest, "access"> = { access: { kind: "open" } };
  const wanted = (name: string) => isImageName(name) || name.endsWith(".json");
  for (const shard of shardsOf(manifest, root)) {
    for await (const sample of shardSamples(shard, open, wanted)) {
      const description = descriptionIn(sample.find(({ name }) => name.endsWith(".json")));
      checkResolution(description, manifest, fetchedFolder(root, manifest));
      for (const member of sample.filter(({ name }) => isImageName(name))) {
        const key = typeof description.key === "string" ? description.key : withoutEnding(member.name);
        yield { key, ...memberFile(member, shard) };
      }
    }
  }
}

function shardsOf(manifest: Manifest, root: string): string[] {
  const shards = shardsIn(join(fetchedFolder(root, manifest), "shards"));
  if (shards.length > 0) return shards;
  const { name } = manifest;
  const others = fetchedForOthers(root, manifest);
  throw new Error(
    `the images of ${name} have not been fetched; run: deno task fetch ${name}${others ? `\n${others}` : ""}`,
  );
}

function shardsIn(folder: string): string[] {
  try {
    return Array.from(Deno.readDirSync(folder), ({ name }) => name).filter((name) => name.endsWith(".tar"))
      .sort().map((name) => join(folder, name));
  } catch {
    return []; // nothing has been fetched
  }
}

function descriptionIn(member?: TarMember): Description {
  if (!member || member.refused !== undefined) return {};
  try {
    return JSON.parse(new TextDecoder().decode(member.bytes)) ?? {};
  } catch {
    return {};
  }
}

/** What was reduced to less than is wanted would be an image of another resolution than the manifest says. */
function checkResolution(
  { width = Infinity, height = Infinity, originalWidth = 0, originalHeight = 0 }: Description,
  manifest: Manifest,
  folder: string,
): void {
  const wanted = wantedShorter(manifest);
  const stored = Math.min(width, height);
  if (stored >= Math.min(wanted, originalWidth, originalHeight)) return;
  const { name, render } = manifest;
  const field = render.shorter === undefined ? "render.side" : "render.shorter";
  throw new Error(
    `${name}.json: field "${field}" is ${wanted}, but ${folder} holds photographs whose shorter side was reduced to ${stored} px when ` +
      `they were fetched, and they cannot be made larger: give ${stored} or less, or move that folder away to keep it and run: ` +
      `deno task fetch ${name}`,
  );
}
