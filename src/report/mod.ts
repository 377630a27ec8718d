/** Reports of audits: text, a page, JSON with a schema, CSV, a picture. */
export { worthALook } from "./csv.ts";
export { writeReports } from "./files.ts";
export { auditPage } from "./html.ts";
export { reportJsonSchema, reportOf } from "./json.ts";
export { auditText } from "./text.ts";
