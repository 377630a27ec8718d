/** The element of index.html with this id. */
export function byId<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no #${id}`);
  return found as T;
}

/** A new element with text or elements in it; text never becomes markup. */
export function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...content: (string | Node)[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...content);
  return element;
}

/** "87.1%". */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

/** "1 image", "100 images". */
export function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? "" : "s"}`;
}

/** "a, b or c". */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

const VIEWS = ["welcome", "question", "examples", "score"] as const;
export type View = typeof VIEWS[number];

/** Shows one section and moves the focus to its title, which a screen reader then reads. */
export function showView(view: View): void {
  for (const name of VIEWS) byId(name).hidden = name !== view;
  byId("show-examples").hidden = view === "examples";
  byId("go-back").hidden = view !== "examples";
  byId(`${view}-title`).focus({ preventScroll: true });
  scrollTo(0, 0);
}

/** The section that is shown. */
export function shownView(): View | undefined {
  return VIEWS.find((name) => !byId(name).hidden);
}

/** Says something below the section; screen readers read it. */
export function tell(news: string): void {
  byId("trouble").textContent = "";
  byId("news").textContent = news;
}

/** Says at once what went wrong. */
export function warn(trouble: string): void {
  byId("trouble").textContent = trouble;
}
