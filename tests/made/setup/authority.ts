/** A certificate for localhost that an authority has signed which nobody knows: as behind a proxy that inspects TLS. */
import assert from "node:assert/strict";
import { join } from "node:path";

async function openssl(...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command("openssl", { args, stdout: "null", stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}

/** Whether certificates can be made here. */
export const hasOpenssl = await openssl("version");

/** Makes the authority and the certificate in a folder; gives the authority's path and what a server needs. */
export async function ownAuthority(folder: string) {
  const at = (name: string) => join(folder, name);
  const key = ["-newkey", "rsa:2048", "-nodes"];
  const name = (of: string) => ["-subj", `/CN=${of}`];
  const done = [
    await openssl("req", "-x509", ...key, "-keyout", at("ca.key"), "-out", at("ca.pem"), ...name("A proxy")),
    await openssl("req", ...key, "-keyout", at("key.pem"), "-out", at("request.pem"), ...name("localhost")),
  ];
  await Deno.writeTextFile(at("names"), "subjectAltName=DNS:localhost\n");
  const signed = ["-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-CAcreateserial", "-extfile", at("names")];
  done.push(await openssl("x509", "-req", "-in", at("request.pem"), ...signed, "-out", at("cert.pem")));
  assert.ok(done.every(Boolean));
  const server = {
    cert: await Deno.readTextFile(at("cert.pem")),
    key: await Deno.readTextFile(at("key.pem")),
  };
  return { authority: at("ca.pem"), server };
}
