// Refresh over HTTP on a durable PostgreSQL and MariaDB: Hufu beside its own two statements with nothing around them.
import { besideSqlite } from "./beside-sqlite.ts";
import type { Effort, Figure, Measure } from "./figure.ts";
import { loadInTurn, loadNote } from "./load.ts";
import type { LoadPlan } from "./load-plan.ts";
import { CONNECTIONS, roundsOfWrites } from "./load-rounds.ts";
import { withMariadb } from "./mariadb.ts";
import { CLIENT_ID } from "./people.ts";
import { withPostgres } from "./postgres.ts";
import { type ServerUnderTest, withServers } from "./server-under-test.ts";
import { compareRounds } from "./statistics.ts";

/** One asks what a batch cannot help; what goes together begins with the second. */
const AT_ONCE = [32, 200, 1] as const;

interface DatabaseServer {
  readonly name: string;
  /** Its two statements, behind a server of their own. */
  readonly bare: string;
  with<Result>(work: (url: string) => Promise<Result>): Promise<Result>;
}

const SERVERS: readonly DatabaseServer[] = [
  { name: "PostgreSQL 15, synchronous_commit=on", bare: "refresh-two-statements.ts", with: withPostgres },
  {
    name: "MariaDB 10.11, innodb_flush_log_at_trx_commit=1",
    bare: "refresh-two-statements-mariadb.ts",
    with: withMariadb,
  },
];

export const measureB9: Measure = async (effort, say) => {
  const bare: Figure[] = [];
  for (const server of SERVERS) {
    for (const connections of AT_ONCE) {
      say(`${server.name}, ${connections} at once`);
      bare.push(...(await besideTwoStatements(effort, server, connections)));
    }
  }
  say("PostgreSQL and MariaDB beside SQLite");
  const asked = { file: "refresh-hufu.ts", options: [String(CONNECTIONS)], unit: "refreshes/s", planOf: withAttempts };
  return [...bare, ...(await besideSqlite(asked, effort))];
};

function withAttempts({ texts }: ServerUnderTest): LoadPlan {
  return { kind: "refresh", path: "/auth/oauth/token", clientId: CLIENT_ID, tokens: texts, attempts: true };
}

function besideTwoStatements(effort: Effort, server: DatabaseServer, connections: number): Promise<readonly Figure[]> {
  return server.with((mine) =>
    server.with((theirs) =>
      withServers(
        [
          ["refresh-hufu.ts", mine, String(connections)],
          [server.bare, theirs, String(connections)],
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
          const of = `${server.name}, ${connections} ${connections === 1 ? "connection" : "connections"}, 10 to the database`;
          const peerName = "its two statements alone";
          const bounds = connections === 1 ? null : ({ speed: { least: 1.3 }, p99: { most: 1 } } as const);
          return [
            {
              of,
              unit: "refreshes/s",
              ours: ours.perSecond,
              peer: peer.perSecond,
              peerName,
              limit: peer.perSecond,
              ...compareRounds(ours.rounds, peer.rounds),
              bound: bounds?.speed ?? null,
              note: loadNote(ours, peer),
            },
            {
              of: `${of}, p99`,
              unit: "ms",
              ours: ours.p99,
              peer: peer.p99,
              peerName,
              limit: null,
              ratio: ours.p99 / peer.p99,
              spread: 0,
              bound: bounds?.p99 ?? null,
            },
          ];
        },
      ),
    ),
  );
}
