// Writes the published keys as hufu-1.pem and hufu-2.pem: node jwks-to-pem.ts ISSUER FOLDER. Run it once a minute, and
// reload HAProxy when it says "changed".
import { createPublicKey, type JsonWebKey } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [issuer = "", folder = ""] = process.argv.slice(2);
const response = await fetch(`${issuer}/.well-known/jwks.json`);
if (!response.ok) throw new Error(`the keys cannot be fetched: ${response.status}`);
const { keys } = (await response.json()) as { readonly keys: readonly (JsonWebKey & { readonly alg: string })[] };
// The newest come last; what is older than the last two signs nothing any more.
const pems = keys
  .filter(({ alg }) => alg === "ES256")
  .map((key) => createPublicKey({ key, format: "jwk" }).export({ type: "spki", format: "pem" }).toString())
  .slice(-2);
if (pems.length === 0) throw new Error("the issuer publishes no ES256 key");
let changed = false;
for (const number of [1, 2]) {
  const file = join(folder, `hufu-${number}.pem`);
  const pem = pems[number - 1] ?? pems[0] ?? "";
  if (existsSync(file) && readFileSync(file, "utf8") === pem) continue;
  writeFileSync(`${file}.new`, pem);
  renameSync(`${file}.new`, file);
  changed = true;
}
console.log(changed ? "changed" : "unchanged");
