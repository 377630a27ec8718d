/** A process that decodes images from strangers: see `startDecoders`. */
import { serveDecoder } from "../../images/mod.ts";
import { storePhotograph } from "./photograph.ts";

if (import.meta.main) await serveDecoder(storePhotograph);
