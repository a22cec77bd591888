// Refreshes with a million sessions in the database beside refreshes with ten thousand, in one process, in turn.
import { join } from "node:path";
import { systemClock } from "../server/src/core/clock.ts";
import { openSqliteStore } from "../server/src/store/sql/open-sqlite-store.ts";
import type { Measure } from "./figure.ts";
import { fillSessions } from "./fill-sessions.ts";
import { CLIENT_ID, hufuWithPeople } from "./people.ts";
import { scratchFolder } from "./scratch-folder.ts";
import { compareRounds, median } from "./statistics.ts";

const FEW = 10_000;
const MANY = 1_000_000;
const QUICK_MANY = 100_000;
/** Their refreshes are timed; all others lie between them. */
const PEOPLE = 2000;
const AT_ONCE = 32;

/** Refreshes for so long, from where it stopped the last time. Answers how many a second. */
type Round = (ms: number) => Promise<number>;

export const measureB12: Measure = async ({ quick }, say) => {
  const many = quick ? QUICK_MANY : MANY;
  const sides: { readonly round: Round; close(): Promise<void> }[] = [];
  try {
    for (const count of [FEW, many]) {
      say(`making ${count.toLocaleString("en")} users and sessions`);
      sides.push(await openWith(count, say));
    }
    const [few, lots] = sides;
    if (!few || !lots) throw new Error("a side is missing");
    say("refreshing in turn");
    const perSecond = { few: [] as number[], lots: [] as number[] };
    await few.round(2000);
    await lots.round(2000);
    for (let round = 0; round < (quick ? 9 : 31); round += 1) {
      perSecond.lots.push(await lots.round(500));
      perSecond.few.push(await few.round(500));
    }
    return [
      {
        of: `SQLite, FULL, in the process, ${many.toLocaleString("en")} sessions ÷ ${FEW.toLocaleString("en")}`,
        unit: "refreshes/s",
        ours: median(perSecond.lots),
        peer: median(perSecond.few),
        peerName: "the same with 10,000 sessions",
        limit: null,
        ...compareRounds(perSecond.lots, perSecond.few),
        bound: { least: 0.9 },
      },
      { of: "PostgreSQL", why: "a million sign-ins on it take longer than the whole benchmark may" },
    ];
  } finally {
    for (const side of sides) await side.close();
  }
};

async function openWith(
  count: number,
  say: (progress: string) => void,
): Promise<{ readonly round: Round; close(): Promise<void> }> {
  const file = join(scratchFolder(), "hufu.db");
  const store = await openSqliteStore({ file, clock: systemClock, entryLifeMs: 720_000 });
  await fillSessions(store, count - PEOPLE, (made) => say(`  ${made.toLocaleString("en")} are there`));
  await store.close();
  const { hufu, people } = await hufuWithPeople(`sqlite:${file}`, PEOPLE);
  const tokens = people.map(({ refreshToken }) => refreshToken);
  let next = 0;
  return {
    close: hufu.close,
    async round(ms) {
      const until = performance.now() + ms;
      const began = performance.now();
      let done = 0;
      const lane = async (): Promise<void> => {
        while (performance.now() < until) {
          const at = next++ % tokens.length;
          const refreshToken = tokens[at] ?? "";
          const answer = await hufu.protocol.refresh({
            clientId: CLIENT_ID,
            refreshToken,
            attemptId: `attempt-of-${next}-0123`,
          });
          tokens[at] = answer.refreshToken ?? "";
          done += 1;
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, lane));
      return (done / (performance.now() - began)) * 1000;
    },
  };
}
