// Code of `examples/` that stands in a guide, so that what is printed is what the tests run.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../run-command.ts";
import type { Block } from "./generated-blocks.ts";

/** Files below `examples/`, with the name of their language in Markdown. */
const PRINTED: readonly (readonly [string, string])[] = [
  ["verify/python/access_tokens.py", "python"],
  ["verify/apache/hufu.conf", "apache"],
  ["verify/haproxy/haproxy.cfg", "haproxy"],
  ["verify/curl/introspect.sh", "sh"],
  ["webhooks/receiver.ts", "ts"],
  ["webhooks/receiver.py", "python"],
];

/** A block for each, named by its path: `verify/curl/introspect.sh` → `example-verify-curl-introspect-sh`. */
export function exampleBlocks(): readonly (readonly [string, Block])[] {
  return PRINTED.map(([path, language]) => [
    `example-${path.replaceAll(/[/.]/g, "-")}`,
    () => `\`\`\`${language}\n${readFileSync(join(ROOT, "examples", path), "utf8")}\`\`\``,
  ]);
}
