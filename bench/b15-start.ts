// From starting the process to the first 200, on a database that exists already.
import { onFreePort } from "../server/src/core/free-port.fixture.ts";
import { type Programs, preparePrograms, startUntilReady } from "./built-hufu.ts";
import type { Measure } from "./figure.ts";
import { stop } from "./pinned-process.ts";
import { compareRounds, median } from "./statistics.ts";

export const measureB15: Measure = async ({ quick }, say) => {
  say("compiling Hufu");
  const programs = await preparePrograms();
  const ours: number[] = [];
  const empty: number[] = [];
  say("starting both in turn");
  // The first start of each only fills the file cache.
  for (let round = -1; round < (quick ? 5 : 15); round += 1) {
    const hufu = await start(programs.hufu);
    const hono = await start(programs.emptyHono);
    if (round < 0) continue;
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
  ];
};

async function start(program: Programs["hufu"]): Promise<number> {
  const { child, ms } = await onFreePort((port) => startUntilReady(program(port), port));
  await stop(child);
  return ms;
}
