/** A dataset that a benchmark makes up. */
export interface MadeDataset {
  name: string;
  /** As in a manifest. */
  source: object;
  render: { side: number } | { shorter: number };
  images: number;
}

/** Writes its manifest, of RGB images, into a folder. */
export function writeManifest(folder: string, { name, source, render, images }: MadeDataset): void {
  const manifest = {
    name,
    symbol: "B",
    title: "Images of a benchmark",
    collection: "benchmark",
    place: 1,
    curator: "nobody",
    licence: { spdx: "CC0-1.0", attribution: "nobody" },
    homepage: "https://arxiv.org/abs/2403.08632",
    source,
    render: { ...render, channels: 3, background: "#ffffff" },
    grouping: "none",
    images,
    checked: "2026-11-25",
  };
  Deno.writeTextFileSync(`${folder}/${name}.json`, JSON.stringify(manifest));
}
