// Hufu on a database server beside itself on SQLite: what both do is on disk before it is answered.
import type { Effort, Figure } from "./figure.ts";
import { loadInTurn, loadNote } from "./load.ts";
import type { LoadPlan } from "./load-plan.ts";
import { CONNECTIONS, roundsOfWrites } from "./load-rounds.ts";
import { withMariadb } from "./mariadb.ts";
import { withPostgres } from "./postgres.ts";
import { type ServerUnderTest, withServers } from "./server-under-test.ts";
import { compareRounds } from "./statistics.ts";

/** What is asked of Hufu on each. */
interface Asked {
  /** The server's file, whose first argument is the database. */
  readonly file: string;
  readonly options: readonly string[];
  /** Such as `refreshes/s`. */
  readonly unit: string;
  /** Of what SQLite does in the same run. Without it the figure is told without a budget. */
  readonly least?: number;
  planOf(server: ServerUnderTest): LoadPlan;
}

export function besideSqlite(
  { file, options, unit, least, planOf }: Asked,
  effort: Effort,
): Promise<readonly Figure[]> {
  return withPostgres((postgres) =>
    withMariadb((mariadb) =>
      withServers(
        ["full", postgres, mariadb].map((database) => [file, database, ...options] as const),
        async (...servers) => {
          const targets = servers.map((server) => ({ name: `Hufu, ${file}`, server, plan: planOf(server) }));
          const [onSqlite, onPostgres, onMariadb] = await loadInTurn(targets, roundsOfWrites(effort));
          if (!onSqlite || !onPostgres || !onMariadb) throw new Error("a target is missing");
          return (
            [
              ["PostgreSQL 15, synchronous_commit=on", onPostgres],
              ["MariaDB 10.11, innodb_flush_log_at_trx_commit=1", onMariadb],
            ] as const
          ).map(([name, ours]) => ({
            of: `${name}, ${CONNECTIONS} connections, 10 to the database`,
            unit,
            ours: ours.perSecond,
            peer: onSqlite.perSecond,
            peerName: "the same on SQLite, FULL",
            limit: null,
            ...compareRounds(ours.rounds, onSqlite.rounds),
            bound: least === undefined ? null : { least },
            note: loadNote(ours, onSqlite),
          }));
        },
      ),
    ),
  );
}
