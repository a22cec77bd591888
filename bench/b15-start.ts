// From starting the process to the first 200, on a database that exists already.
import { once } from "node:events";
import { onFreePort } from "../server/src/core/free-port.fixture.ts";
import { type Programs, preparePrograms, startUntilReady } from "./built-hufu.ts";
import type { Measure } from "./figure.ts";
import { startPinned, stop } from "./pinned-process.ts";
import { compareRounds, median } from "./statistics.ts";

export const measureB15: Measure = async ({ quick }, say) => {
  say("compiling Hufu");
  const programs = await preparePrograms();
  const ours: number[] = [];
  const empty: number[] = [];
  const verify: number[] = [];
  const jose: number[] = [];
  say("starting both in turn");
  // The first start of each only fills the file cache.
  for (let round = -1; round < (quick ? 5 : 15); round += 1) {
    const hufu = await start(programs.hufu);
    const hono = await start(programs.emptyHono);
    const imported = await load(programs.verify.href);
    const peer = await load(import.meta.resolve("jose"));
    if (round < 0) continue;
    verify.push(imported);
    jose.push(peer);
    ours.push(hufu);
    empty.push(hono);
  }
  return [
    {
      of: "hufu serve on SQLite, 1,000 sessions",
      unit: "ms",
      ours: median(ours),
      peer: median(empty),
      peerName: "empty Hono server",
      limit: null,
      ...compareRounds(ours, empty),
      bound: { most: 3 },
    },
    {
      of: 'a process that imports "hufu/verify", and nothing else',
      unit: "ms",
      ours: median(verify),
      peer: median(jose),
      peerName: 'one that imports "jose"',
      limit: null,
      ...compareRounds(verify, jose),
      bound: { most: 2 },
    },
  ];
};

async function start(program: Programs["hufu"]): Promise<number> {
  const { child, ms } = await onFreePort((port) => startUntilReady(program(port), port));
  await stop(child);
  return ms;
}

/** From starting a process that imports one module to its end. */
async function load(module: string): Promise<number> {
  const startedAt = performance.now();
  const child = startPinned("measured", ["--input-type=module", "--eval", `import ${JSON.stringify(module)}`]);
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`${module} does not load`);
  return performance.now() - startedAt;
}
