import { LINE, textWidth } from "./text_metrics.ts";

/** A rectangle, px. */
interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The part of an SVG element that its box follows from. */
export interface SvgNode {
  nodeType: number;
  localName?: string;
  textContent: string;
  childNodes: Iterable<SvgNode>;
  classList?: { contains(name: string): boolean };
  style?: Partial<Record<StyleProperty, string>>;
  parentNode?: SvgNode | null;
  getAttribute?(name: string): string | null;
}

type StyleProperty = "fontSize" | "fontWeight" | "textAnchor";
type Point = [number, number];
const NOTHING: Box = { x: 0, y: 0, width: 0, height: 0 };

/**
 * The box of a text or of a group's texts, in the coordinates of the parent. Shapes count for nothing:
 * plotly.js computes those itself and measures only text.
 *
 * @param widthScale Width of the installed font over Helvetica's.
 */
export function boxOf(node: SvgNode, widthScale: number): Box {
  const own = node.localName === "text" || node.localName === "tspan"
    ? textBox(node, widthScale)
    : union([...node.childNodes].map((child) => boxOf(child, widthScale)));
  return transformed(own, node.getAttribute?.("transform") ?? "");
}

/** plotly.js puts every line of a text into a tspan of class "line", 1.3 font sizes apart. */
function textBox(node: SvgNode, widthScale: number): Box {
  const size = parseFloat(inherited(node, "fontSize") || "12");
  const lines = [...node.childNodes].filter((child) => child.classList?.contains("line"));
  const widths = (lines.length > 0 ? lines : [node]).map((line) => lineWidth(line, size));
  const width = widthScale * Math.max(...widths);
  if (width === 0) return NOTHING;
  const anchor = inherited(node, "textAnchor");
  return {
    x: attribute(node, "x") - (anchor === "end" ? width : anchor === "middle" ? width / 2 : 0),
    y: attribute(node, "y") - LINE.ascent * size,
    width,
    height: size * (LINE.height + 1.3 * (widths.length - 1)),
  };
}

function lineWidth(node: SvgNode, size: number): number {
  if (node.nodeType === 3) {
    return textWidth(node.textContent, size, /bold|[6-9]00/.test(inherited(node, "fontWeight")));
  }
  const own = parseFloat(node.style?.fontSize || `${size}`);
  return [...node.childNodes].reduce((sum, child) => sum + lineWidth(child, own), 0);
}

function attribute(node: SvgNode, name: string): number {
  return parseFloat(node.getAttribute?.(name) ?? "0") || 0;
}

function inherited(node: SvgNode, property: StyleProperty): string {
  const name = property.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`);
  for (let at: SvgNode | null | undefined = node; at; at = at.parentNode) {
    const value = at.style?.[property] || at.getAttribute?.(name);
    if (value) return value;
  }
  return "";
}

function union(boxes: Box[]): Box {
  const inked = boxes.filter(({ width, height }) => width > 0 && height > 0);
  return inked.length === 0 ? NOTHING : around(inked.flatMap(corners));
}

function corners({ x, y, width, height }: Box): Point[] {
  return [[x, y], [x + width, y], [x, y + height], [x + width, y + height]];
}

function around(points: Point[]): Box {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/** Applies an SVG `transform` of translations, rotations and scales; the last one written acts first. */
function transformed(box: Box, transform: string): Box {
  const steps = [...transform.matchAll(/(translate|rotate|scale)\(([^)]*)\)/g)].reverse();
  if (steps.length === 0 || box === NOTHING) return box;
  const points = steps.reduce((at, [, kind, list]) => {
    const [a, b, c] = list.split(/[\s,]+/).map(Number);
    if (kind === "translate") return at.map(([x, y]): Point => [x + a, y + (b ?? 0)]);
    if (kind === "scale") return at.map(([x, y]): Point => [x * a, y * (b ?? a)]);
    return at.map((point) => rotated(point, a * Math.PI / 180, b ?? 0, c ?? 0));
  }, corners(box));
  return around(points);
}

function rotated([x, y]: Point, angle: number, cx: number, cy: number): Point {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [cx + (x - cx) * cos - (y - cy) * sin, cy + (x - cx) * sin + (y - cy) * cos];
}
