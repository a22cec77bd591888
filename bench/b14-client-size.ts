// What the client adds to a mini program, packed as the platform packs it for the way.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { buildForMiniPrograms } from "../tools/build-client.ts";
import { againstBudget, type Measure } from "./figure.ts";
import { scratchFolder } from "./scratch-folder.ts";

const MOST_BYTES = { index: 10_240, proof: 24_576 } as const;

export const measureB14: Measure = async () => {
  const folder = scratchFolder();
  await buildForMiniPrograms(folder);
  return Object.entries(MOST_BYTES).map(([file, most]) => {
    const bytes = gzipSync(readFileSync(join(folder, `${file}.js`)), { level: 9 }).length;
    return againstBudget({ of: `${file}.js`, unit: "bytes gzipped", ours: bytes, most });
  });
};
