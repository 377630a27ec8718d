import { JSDOM } from "jsdom";
import { boxOf } from "./svg_boxes.ts";

/** The part of plotly.js that is used. */
interface Plotly {
  newPlot(target: unknown, data: unknown, layout: unknown, config: unknown): Promise<unknown>;
  toImage(target: unknown, options: { format: "svg"; width: number; height: number }): Promise<string>;
  purge(target: unknown): void;
}

/** A page without a browser in which plotly.js draws. */
interface PlotlyPage {
  plotly: Plotly;
  /** A new place for a figure; remove it afterwards. */
  target(): { remove(): void };
}

/**
 * Loads plotly.js into jsdom and gives it what jsdom lacks: text sizes and a canvas for heat maps. plotly.js
 * supports no other way of drawing without a browser.
 *
 * @param widthScale Width of the installed font over Helvetica's.
 */
export async function openPlotlyPage(widthScale: number): Promise<PlotlyPage> {
  const source = new URL(import.meta.resolve("plotly.js/dist/plotly-cartesian.min.js"));
  const code = await Deno.readTextFile(source);
  const dom = new JSDOM("<!doctype html><body></body>", {
    runScripts: "outside-only",
    pretendToBeVisual: true,
  });
  // deno-lint-ignore no-explicit-any
  const window = dom.window as any;
  window.TextDecoder = TextDecoder;
  window.TextEncoder = TextEncoder;
  window.URL.createObjectURL = () => "blob:none";
  giveTextSizes(window, widthScale);
  window.HTMLCanvasElement.prototype.getContext = function () {
    return this.rectangles ??= new Rectangles();
  };
  window.HTMLCanvasElement.prototype.toDataURL = function () {
    return this.rectangles.toDataURL(this.width, this.height);
  };
  window.eval(code);
  return {
    plotly: window.Plotly,
    target: () => window.document.body.appendChild(window.document.createElement("div")),
  };
}

/** The part of a canvas that a heat map with gaps between its cells draws on, kept as vector shapes. */
class Rectangles {
  fillStyle = "";
  #shapes: string[] = [];

  fillRect(x: number, y: number, width: number, height: number): void {
    const place = `x="${x}" y="${y}" width="${width}" height="${height}"`;
    this.#shapes.push(`<rect ${place} fill="${this.fillStyle}"/>`);
  }

  toDataURL(width: number, height: number): string {
    const open = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">`;
    return `data:image/svg+xml;base64,${btoa(`${open}${this.#shapes.join("")}</svg>`)}`;
  }
}

// deno-lint-ignore no-explicit-any
function giveTextSizes(window: any, widthScale: number): void {
  window.SVGElement.prototype.getBBox = function () {
    return boxOf(this, widthScale);
  };
  window.SVGElement.prototype.getComputedTextLength = function () {
    return boxOf(this, widthScale).width;
  };
  window.SVGElement.prototype.getBoundingClientRect = function () {
    const { x, y, width, height } = boxOf(this, widthScale);
    return { x, y, width, height, left: x, top: y, right: x + width, bottom: y + height };
  };
}
