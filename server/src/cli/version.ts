import { readFileSync } from "node:fs";

/** The version of this package, from the package.json beside `src` or `dist`. */
export function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const found = typeof manifest === "object" && manifest !== null && "version" in manifest ? manifest.version : "?";
  return String(found);
}
