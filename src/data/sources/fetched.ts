import { join } from "node:path";
import type { TarMember } from "../files/tar_members.ts";
import type { Manifest } from "../manifest.ts";
import { isImageName, withoutEnding } from "./image_names.ts";
import type { SourceImage } from "./source.ts";
import { shardSamples, storedMember } from "./webdataset.ts";

/** Where the images of a list of addresses are put when they are fetched: shards in WebDataset's form in the folder `shards`. */
export function fetchedFolder(root: string, { name, hash }: Pick<Manifest, "name" | "hash">): string {
  return `${root}/${name}-${hash}.fetched`;
}

/**
 * The images of a list of addresses that have been fetched, in the order of their shards. An image's key is the `key` in the JSON
 * beside it.
 *
 * @throws Error when they have not been fetched, saying how to do it, and when a shard is damaged
 */
export async function* fetchedImages(manifest: Manifest, root: string): AsyncGenerator<SourceImage> {
  const open: Pick<Manifest, "access"> = { access: { kind: "open" } };
  const wanted = (name: string) => isImageName(name) || name.endsWith(".json");
  for (const shard of shardsIn(join(fetchedFolder(root, manifest), "shards"), manifest.name)) {
    for await (const sample of shardSamples(shard, open, wanted)) {
      const description = sample.find(({ name }) => name.endsWith(".json"));
      for (const member of sample.filter(({ name }) => isImageName(name))) {
        const key = (description && keyIn(description)) ?? withoutEnding(member.name);
        yield { key, stored: () => storedMember(member, shard, manifest) };
      }
    }
  }
}

function shardsIn(folder: string, name: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map((entry) => entry.name).filter((file) => file.endsWith(".tar"))
      .sort().map((file) => join(folder, file));
  } catch {
    throw new Error(`the images of ${name} have not been fetched; run: deno task fetch ${name}`);
  }
}

function keyIn(member: TarMember): string | undefined {
  if (member.refused !== undefined) return undefined;
  try {
    const { key } = JSON.parse(new TextDecoder().decode(member.bytes));
    return typeof key === "string" ? key : undefined;
  } catch {
    return undefined;
  }
}
