/** A process that decodes photographs for a pool: see `startDecoders`. */
import { serveDecoder } from "../../images/mod.ts";
import { storedPhoto } from "./stored_image.ts";

if (import.meta.main) await serveDecoder(storedPhoto);
