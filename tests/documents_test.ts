/** The documents: README.md files, and what the repository says about itself in files that others read. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseManifest } from "~/data/mod.ts";
import { repositoryRoot } from "~/disk/mod.ts";

const read = (path: string) => Deno.readTextFileSync(join(repositoryRoot, path));

/** Markdown files in a folder of the repository and all folders in it. */
function documentsIn(folder: string): string[] {
  return [...Deno.readDirSync(join(repositoryRoot, folder))].flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    return isDirectory ? documentsIn(path) : name.endsWith(".md") ? [path] : [];
  });
}

const DOCUMENTS = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  ...["src", "notebooks", "data_manifests"].flatMap(documentsIn),
];

/** Anchors of a document's headings, as GitHub makes them. */
function anchors(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading.toLowerCase().replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-")
  );
}

Deno.test("documents: every relative link leads to a file, and to a heading that is there", () => {
  const broken = DOCUMENTS.flatMap((document) =>
    [...read(document).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].flatMap(
      ([, path, heading]) => {
        const target = path ? join(dirname(document), path) : document;
        const isThere = existsSync(join(repositoryRoot, target)) &&
          (heading === undefined || anchors(read(target)).includes(heading));
        return isThere ? [] : [`${document}: ${path}${heading ? `#${heading}` : ""}`];
      },
    )
  );
  assert.deepEqual(broken, []);
});

Deno.test("README.md has at most 900 words", () => {
  const words = read("README.md").trim().split(/\s+/).length;
  assert.ok(words <= 900, `it has ${words}`);
});

Deno.test("each task says what it does, and README.md names it", () => {
  const { tasks } = JSON.parse(read("deno.json")) as { tasks: Record<string, { description: string }> };
  const readme = read("README.md");
  for (const [name, { description }] of Object.entries(tasks)) {
    assert.match(description, /^[A-Z].{10,}[^.]$/, name);
    assert.ok(readme.includes(`deno task ${name} `), name);
  }
});

Deno.test("the manifest that data_manifests/README.md shows is sound", () => {
  const [, example] = read("data_manifests/README.md").match(/```json\n([^]*?)```/)!;
  assert.equal(parseManifest(example, "summer.json").source.type, "folder");
});
