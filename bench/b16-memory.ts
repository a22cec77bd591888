// How much memory an idle node holds.
import { spawnSync } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { onFreePort } from "../server/src/core/free-port.fixture.ts";
import { type Programs, preparePrograms, startUntilReady } from "./built-hufu.ts";
import type { Measure } from "./figure.ts";
import { stop } from "./pinned-process.ts";
import { compareRounds, median } from "./statistics.ts";

const IDLE_MS = 5000;

export const measureB16: Measure = async ({ quick }, say) => {
  say("compiling Hufu");
  const programs = await preparePrograms();
  const ours: number[] = [];
  const empty: number[] = [];
  for (let round = 1; round <= (quick ? 2 : 5); round += 1) {
    say(`letting both idle for ${IDLE_MS / 1000} s, round ${round}`);
    const [hufu, hono] = await Promise.all([idleMemory(programs.hufu), idleMemory(programs.emptyHono)]);
    ours.push(hufu);
    empty.push(hono);
  }
  return [
    {
      of: "hufu serve on SQLite, idle for 5 s",
      unit: "MiB resident",
      ours: median(ours),
      peer: median(empty),
      peerName: "empty Hono server",
      limit: null,
      ...compareRounds(ours, empty),
      bound: { most: 1.6 },
    },
  ];
};

async function idleMemory(program: Programs["hufu"]): Promise<number> {
  const { child } = await onFreePort((port) => startUntilReady(program(port), port));
  try {
    await delay(IDLE_MS);
    const { stdout } = spawnSync("ps", ["-o", "rss=", "-p", String(child.pid)], { encoding: "utf8" });
    const kibibytes = Number(stdout.trim());
    if (!(kibibytes > 0)) throw new Error("ps does not say how much memory a process holds");
    return kibibytes / 1024;
  } finally {
    await stop(child);
  }
}
