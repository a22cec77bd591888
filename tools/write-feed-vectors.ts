// Writes `vectors/feed/` from the stories in `tools/feed-vectors/`: what a reader of the revocation feed must get right,
// for readers in any language. `--check` writes nothing and fails if a file is out of date.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { FeedVector } from "../server/src/verify/feed/feed-vectors.fixture.ts";
import { ENTRIES, TOKENS } from "./feed-vectors/entries.ts";
import { START } from "./feed-vectors/steps.ts";
import { SILENCE, STREAMS } from "./feed-vectors/streams.ts";
import { AUDIENCE, ISSUER, KEYS, RECIPES, tokenOf } from "./feed-vectors/tokens.ts";
import { ROOT } from "./run-command.ts";

const FOLDER = join(ROOT, "vectors/feed");
const FILES: ReadonlyMap<string, readonly FeedVector[]> = new Map([
  ["tokens.json", TOKENS],
  ["entries.json", ENTRIES],
  ["streams.json", STREAMS],
  ["silence.json", SILENCE],
]);

function read(name: string): string {
  const file = join(FOLDER, name);
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

function issuerFile(): object {
  const known: { readonly tokens?: Readonly<Record<string, string>> } = JSON.parse(read("issuer.json") || "{}");
  const tokens = Object.entries(RECIPES).map(
    ([name, recipe]) => [name, tokenOf(recipe, known.tokens?.[name])] as const,
  );
  return {
    about:
      "Keys of the feed's vectors. They are public: anyone can make tokens for a server that signs with one of them.",
    issuer: ISSUER,
    audience: AUDIENCE,
    algorithms: ["ES256"],
    start: START,
    leeway_ms: 5000,
    max_silence_ms: 5000,
    keys: Object.fromEntries(
      Object.entries(KEYS).map(([name, { d: _, ...jwk }]) => [name, { ...jwk, alg: "ES256", use: "sig" }]),
    ),
    private_keys: KEYS,
    tokens: Object.fromEntries(tokens),
  };
}

/** Every file by its name, as it should be. */
function feedVectorFiles(): ReadonlyMap<string, string> {
  const files = [["issuer.json", issuerFile()] as const, ...FILES];
  return new Map(files.map(([name, content]) => [name, `${JSON.stringify(content, null, 2)}\n`]));
}

const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
const stale = [...feedVectorFiles()].filter(([name, text]) => read(name) !== text);
for (const [name, text] of stale) {
  if (values.check) console.log(`vectors/feed/${name} is out of date: node tools/write-feed-vectors.ts`);
  else writeFileSync(join(FOLDER, name), text);
}
console.log(`vectors/feed: ${[...FILES.values()].flat().length} vectors`);
process.exitCode = values.check && stale.length > 0 ? 1 : 0;
