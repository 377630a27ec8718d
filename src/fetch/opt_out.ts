/** Directives by which an owner keeps an image out of data sets, as img2dataset obeys them. */
const OPT_OUT = new Set(["noai", "noimageai", "noindex", "noimageindex"]);

/** Directives of `X-Robots-Tag` that carry a value after a colon, and so are no agent's name. */
const WITH_VALUE = new Set(["max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"]);

/**
 * The directive that opts out, or undefined. A directive may be meant for one agent (`bot: noai`); it and those after it, up to the
 * next agent, are then obeyed only by that agent.
 *
 * @param values each `X-Robots-Tag` header of the answer
 * @param agent our name, lower case
 */
export function optOutDirective(values: readonly string[], agent: string): string | undefined {
  for (const value of values) {
    let forUs = true;
    for (const part of value.toLowerCase().split(",")) {
      const colon = part.indexOf(":");
      const name = part.slice(0, Math.max(colon, 0)).trim();
      const scoped = colon >= 0 && !WITH_VALUE.has(name);
      if (scoped) forUs = name === agent || name === "*";
      const directive = (scoped ? part.slice(colon + 1) : part).trim();
      if (forUs && OPT_OUT.has(directive)) return directive;
    }
  }
  return undefined;
}
