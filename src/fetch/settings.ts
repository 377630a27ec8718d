import { USER_AGENT } from "../http/mod.ts";
import { PIXEL_LIMIT, STORED_QUALITY } from "../images/mod.ts";

/** How the network is used. */
export interface NetworkSettings {
  /** Images that are downloaded or decoded at the same time. Default: 64. */
  concurrency: number;
  /** Images from one host at the same time, whether it is listed or redirected to. Default: 8. */
  perHost: number;
  /** Longest silence before and within an answer, ms. Default: 10,000. */
  silenceMs: number;
  /** Longest time for one attempt, redirects included, ms. Default: 60,000. */
  attemptMs: number;
  /** Largest file, bytes, before and after its content encoding is undone. Default: 32 MiB. */
  maxBytes: number;
  /** Redirects that are followed. Default: 5. */
  redirects: number;
  /** Attempts after the first, where the failure may pass. Default: 3. */
  retries: number;
  /**
   * Wait before the first retry, ms; it doubles from retry to retry, and a random half of it is left out.
   * Default: 500.
   */
  backoffMs: number;
  /** Longest Retry-After that is waited for, ms; a longer one counts as failure. Default: 60,000. */
  maxRetryAfterMs: number;
  /** Whether robots.txt is obeyed. Default: true. */
  robotsTxt: boolean;
  /** Whether `X-Robots-Tag: noai, noimageai, noindex, noimageindex` is obeyed. Default: true. */
  optOutHeaders: boolean;
  /** Whether hosts may be at private and loopback addresses: for tests and intranets. Default: false. */
  allowPrivateAddresses: boolean;
  /** Sent with every request. Default: this project's name and the paper's address. */
  userAgent: string;
}

/** How images are stored: part of a folder's identity. */
export interface StorageSettings {
  /**
   * Side that the shorter side is reduced to, px; smaller images stay as they are. A folder that was begun
   * with more keeps to that. Default: 500, as in the paper.
   */
  shorterSide: number;
  /** JPEG quality, 1 to 100. Default: 95. */
  quality: number;
  /** Images with more pixels are refused before decoding. Default: 64 million. */
  maxPixels: number;
  /**
   * Images of 4 million pixels or more that unpack to more bytes a byte of file are refused before decoding.
   * Default: 1,000.
   */
  maxRatio: number;
  /** Longest time for decoding one image, ms. Default: 20,000. */
  decodeMs: number;
  /** Images in a shard. Default: 1,000. */
  imagesPerShard: number;
}

export const NETWORK_DEFAULTS: Readonly<NetworkSettings> = {
  concurrency: 64,
  perHost: 8,
  silenceMs: 10_000,
  attemptMs: 60_000,
  maxBytes: 32 * 2 ** 20,
  redirects: 5,
  retries: 3,
  backoffMs: 500,
  maxRetryAfterMs: 60_000,
  robotsTxt: true,
  optOutHeaders: true,
  allowPrivateAddresses: false,
  userAgent: USER_AGENT,
};

export const STORAGE_DEFAULTS: Readonly<StorageSettings> = {
  shorterSide: 500,
  quality: STORED_QUALITY,
  maxPixels: PIXEL_LIMIT,
  maxRatio: 1000,
  decodeMs: 20_000,
  imagesPerShard: 1000,
};

/** Settings that may be 0. */
const MAY_BE_ZERO = new Set(["redirects", "retries", "backoffMs", "maxRetryAfterMs", "seed"]);

/**
 * The defaults, with what is given in their place.
 *
 * @throws {Error} naming a setting that is no whole number in its range
 */
export function withDefaults<Settings extends object>(
  defaults: Readonly<Settings>,
  given: Partial<Settings> = {},
): Settings {
  const settings: Settings = { ...defaults };
  for (const name of Object.keys(defaults) as (keyof Settings)[]) {
    settings[name] = given[name] ?? defaults[name];
  }
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value !== "number") continue;
    const least = MAY_BE_ZERO.has(name) ? 0 : 1;
    if (!Number.isSafeInteger(value) || value < least || (name === "quality" && value > 100)) {
      throw new Error(
        `${name} is ${value}; it must be a whole number, ${
          name === "quality" ? "1 to 100" : `${least} or more`
        }`,
      );
    }
  }
  return settings;
}
