/** A folder of manifests and a folder of pools, both temporary, with a dataset that is built in a second. */
export interface SmallData {
  manifests: URL;
  root: string;
  [Symbol.dispose](): void;
}

/** Its one dataset `small`: the 1,034 emoji of Firefox OS at `side` px. */
export function smallData(side = 16): SmallData {
  const folder = Deno.makeTempDirSync();
  const manifests = new URL(`file://${folder}/manifests/`);
  Deno.mkdirSync(manifests);
  writeManifest(manifests, { render: { side, channels: 3, background: "#ffffff" } });
  return {
    manifests,
    root: `${folder}/data`,
    [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
  };
}

/** Writes `small.json`, or `<name>.json`, with some fields changed. */
export function writeManifest(folder: URL, change: Record<string, unknown>): void {
  const manifest = {
    ...JSON.parse(Deno.readTextFileSync("data_manifests/fxemoji.json")),
    name: "small",
    ...change,
  };
  Deno.writeTextFileSync(new URL(`${manifest.name}.json`, folder), JSON.stringify(manifest));
}
