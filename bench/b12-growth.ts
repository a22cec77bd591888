// Refreshes with a million sessions in the database beside refreshes with ten thousand, in one process, in turn.
import { join } from "node:path";
import { createHufu } from "hufu";
import type { Figure, Measure } from "./figure.ts";
import { multiplySignIns } from "./loading/multiply-sign-ins.ts";
import { benchOptions, CLIENT_ID, hufuWithPeople, type SignedIn } from "./people.ts";
import { withPostgres } from "./postgres.ts";
import { scratchFolder } from "./scratch-folder.ts";
import { compareRounds, median } from "./statistics.ts";

/** Their refreshes are timed; all others are copies of them and lie between them. */
const PEOPLE = 1000;
const FEW = 10_000;
const MANY = 1_000_000;
const QUICK_MANY = 100_000;
const AT_ONCE = 32;
/** Nobody signs in any more once there are enough. */
const NO_PLATFORM = "http://127.0.0.1:9";

interface Side {
  /** Refreshes for so long, from where it stopped the last time. Answers how many a second. */
  round(ms: number): Promise<number>;
  close(): Promise<void>;
}

type Say = (progress: string) => void;

export const measureB12: Measure = async ({ quick }, say) => {
  const many = quick ? QUICK_MANY : MANY;
  const rounds = quick ? 9 : 25;
  const compare = async (name: string, fewIn: string, manyIn: string): Promise<Figure> => {
    say(`${name}: making ${FEW.toLocaleString("en")} and ${many.toLocaleString("en")} users and sessions`);
    const few = await openWith(fewIn, FEW, say);
    const lots = await openWith(manyIn, many, say);
    try {
      say(`${name}: refreshing in turn`);
      return await inTurn(name, few, lots, many, rounds);
    } finally {
      await few.close();
      await lots.close();
    }
  };
  const onSqlite = await compare("SQLite, FULL", sqlite(), sqlite());
  const onPostgres = await withPostgres((few) =>
    withPostgres((lots) => compare("PostgreSQL, synchronous_commit=on", few, lots)),
  );
  return [onSqlite, onPostgres];
};

function sqlite(): string {
  return `sqlite:${join(scratchFolder(), "hufu.db")}`;
}

async function openWith(database: string, count: number, say: Say): Promise<Side> {
  const { hufu, people } = await hufuWithPeople(database, PEOPLE);
  await hufu.close();
  let said = 0;
  await multiplySignIns(database, count / PEOPLE, (there) => {
    if (there - said < 100_000) return;
    said = there;
    say(`  ${there.toLocaleString("en")} are there`);
  });
  return refreshing(database, people);
}

async function refreshing(database: string, people: readonly SignedIn[]): Promise<Side> {
  const hufu = await createHufu(benchOptions(NO_PLATFORM, database));
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

async function inTurn(name: string, few: Side, lots: Side, many: number, rounds: number): Promise<Figure> {
  const perSecond = { few: [] as number[], lots: [] as number[] };
  await few.round(2000);
  await lots.round(2000);
  for (let round = 0; round < rounds; round += 1) {
    perSecond.lots.push(await lots.round(500));
    perSecond.few.push(await few.round(500));
  }
  return {
    of: `${name}, in the process, ${many.toLocaleString("en")} sessions ÷ ${FEW.toLocaleString("en")}`,
    unit: "refreshes/s",
    ours: median(perSecond.lots),
    peer: median(perSecond.few),
    peerName: "the same with 10,000 sessions",
    limit: null,
    ...compareRounds(perSecond.lots, perSecond.few),
    bound: { least: 0.9 },
  };
}
