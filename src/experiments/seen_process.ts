/** A process that decodes images for a network: see `startDecoders`. */
import { serveDecoder } from "../images/mod.ts";
import { seenImage } from "./seen_image.ts";

if (import.meta.main) await serveDecoder(seenImage);
