// Refresh over HTTP on a durable PostgreSQL: Hufu beside its own two statements with nothing around them.
import { besideSqlite } from "./beside-sqlite.ts";
import type { Effort, Figure, Measure } from "./figure.ts";
import { loadInTurn, loadNote } from "./load.ts";
import type { LoadPlan } from "./load-plan.ts";
import { CONNECTIONS, roundsOfWrites } from "./load-rounds.ts";
import { CLIENT_ID } from "./people.ts";
import { withPostgres } from "./postgres.ts";
import { type ServerUnderTest, withServers } from "./server-under-test.ts";
import { compareRounds } from "./statistics.ts";

/** One asks what a batch cannot help; what goes together begins with the second. */
const AT_ONCE = [32, 200, 1] as const;

export const measureB9: Measure = async (effort, say) => {
  const bare: Figure[] = [];
  for (const connections of AT_ONCE) {
    say(`PostgreSQL, ${connections} at once`);
    bare.push(await besideTwoStatements(effort, connections));
  }
  say("PostgreSQL and MariaDB beside SQLite");
  const asked = { file: "refresh-hufu.ts", options: [String(CONNECTIONS)], unit: "refreshes/s", planOf: withAttempts };
  return [...bare, ...(await besideSqlite(asked, effort))];
};

function withAttempts({ texts }: ServerUnderTest): LoadPlan {
  return { kind: "refresh", path: "/auth/oauth/token", clientId: CLIENT_ID, tokens: texts, attempts: true };
}

function besideTwoStatements(effort: Effort, connections: number): Promise<Figure> {
  return withPostgres((mine) =>
    withPostgres((theirs) =>
      withServers(
        [
          ["refresh-hufu.ts", mine, String(connections)],
          ["refresh-two-statements.ts", theirs, String(connections)],
        ],
        async (hufu, bare) => {
          if (!hufu || !bare) throw new Error("a server is missing");
          const plain = { kind: "refresh", path: "/", clientId: CLIENT_ID, attempts: false } as const;
          const [ours, peer] = await loadInTurn(
            [
              { name: "Hufu", server: hufu, plan: withAttempts(hufu) },
              { name: "two statements", server: bare, plan: { ...plain, tokens: bare.texts } },
            ],
            { ...roundsOfWrites(effort), connections },
          );
          if (!ours || !peer) throw new Error("a target is missing");
          return {
            of: `PostgreSQL 15, synchronous_commit=on, ${connections} ${connections === 1 ? "connection" : "connections"}, 10 to the database`,
            unit: "refreshes/s",
            ours: ours.perSecond,
            peer: peer.perSecond,
            peerName: "its two statements alone",
            limit: peer.perSecond,
            ...compareRounds(ours.rounds, peer.rounds),
            bound: connections === 1 ? null : { least: 1.3 },
            note: loadNote(ours, peer),
          };
        },
      ),
    ),
  );
}
