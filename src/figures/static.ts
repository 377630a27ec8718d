import { loadSharpForDrawings } from "../images/mod.ts";
import { openPlotlyPage } from "./browser.ts";
import { withoutControls } from "./controls.ts";
import { textWidth } from "./text_metrics.ts";
import { COLORS, type Figure, FONT_FAMILY } from "./theme.ts";

/** Width and height of a figure whose layout has none, px. */
const [WIDTH, HEIGHT] = [760, 460];

/** How a figure becomes an image. */
interface ImageOptions {
  /** px. @default the layout's width, else 760 */
  width?: number;
  /** px. @default the layout's height, else 460 */
  height?: number;
  /** A CSS color. @default "#ffffff": a dark page shows it as a card, with text that is darker */
  background?: string;
}

const WHITE = "#ffffff";

/** The theme's text is as dark as it may be on a dark page; on white it can be darker. */
const TEXT_ON_WHITE = "rgb(68, 68, 68)";

/** The theme's color of text as plotly writes it. */
const textColor = `rgb(${COLORS.text.match(/[0-9a-f]{2}/gi)!.map((hex) => parseInt(hex, 16)).join(", ")})`;

let page: ReturnType<typeof openPlotlyPage> | undefined;

/**
 * The figure as plotly.js draws it, as SVG, without menus, buttons and sliders. The first call loads
 * plotly.js, which takes about a second.
 */
export async function renderSvg(figure: Figure, options: ImageOptions = {}): Promise<string> {
  page ??= installedWidthScale().then(openPlotlyPage);
  const { plotly, target } = await page;
  const still = withoutControls(figure);
  const { width, height } = sizeOf(still, options);
  const place = target();
  try {
    // A copy, because plotly writes its own fields into what it is given.
    const { data, layout } = structuredClone(still);
    const background = options.background ?? WHITE;
    await plotly.newPlot(place, data, { ...layout, width, height, paper_bgcolor: background }, {
      staticPlot: true,
    });
    const uri = await plotly.toImage(place, { format: "svg", width, height });
    const svg = decodeURIComponent(uri.replace(/^data:image\/svg\+xml,/, ""));
    return background === WHITE ? svg.replaceAll(textColor, TEXT_ON_WHITE) : svg;
  } finally {
    plotly.purge(place);
    place.remove();
  }
}

function sizeOf({ layout }: Figure, { width, height }: ImageOptions) {
  return {
    width: width ?? (layout.width as number | undefined) ?? WIDTH,
    height: height ?? (layout.height as number | undefined) ?? HEIGHT,
  };
}

/**
 * The installed font's width over Helvetica's, at least 1: a machine without Helvetica's metrics draws with a
 * wider font, and labels must not be cut there either.
 */
export async function installedWidthScale(): Promise<number> {
  const [sample, size] = ["Validation accuracy 0123456789", 40];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="80">` +
    `<rect width="1200" height="80" fill="white"/>` +
    `<text x="20" y="60" font-size="${size}" font-family="${FONT_FAMILY}">${sample}</text></svg>`;
  const sharp = await loadSharpForDrawings();
  const { data, info } = await sharp(new TextEncoder().encode(svg)).greyscale().raw()
    .toBuffer({ resolveWithObject: true });
  const inked = data.reduce((right, value, at) => value < 128 ? Math.max(right, at % info.width) : right, 0);
  if (inked === 0) {
    console.warn(
      "No font was found, so the figures' PNGs have no text. Install one, for example fonts-liberation.",
    );
  }
  return Math.max(1, (inked - 20) / textWidth(sample, size));
}
