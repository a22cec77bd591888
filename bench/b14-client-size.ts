// What the client adds to a mini program, packed as the platform packs it for the way.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { buildForMiniPrograms } from "../tools/build-client.ts";
import { againstBudget, type Measure } from "./figure.ts";
import { scratchFolder } from "./scratch-folder.ts";

const MOST_BYTES = 10_240;

export const measureB14: Measure = async () => {
  const folder = scratchFolder();
  await buildForMiniPrograms(folder);
  const bytes = gzipSync(readFileSync(join(folder, "index.js")), { level: 9 }).length;
  return [
    againstBudget({ of: "index.js", unit: "bytes gzipped", ours: bytes, most: MOST_BYTES }),
    { of: "proof of possession", why: "it does not exist yet" },
  ];
};
