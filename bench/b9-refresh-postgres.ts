// Refresh over HTTP on a durable PostgreSQL: Hufu beside its own two statements with nothing around them.
import { startPostgresServer } from "../server/src/store/sql/postgres-server.testing.ts";
import type { Measure } from "./figure.ts";
import { loadInTurn, loadNote } from "./load.ts";
import type { LoadPlan } from "./load-plan.ts";
import { CLIENT_ID } from "./people.ts";
import { useAllCores } from "./pinned-process.ts";
import { scratchFolder } from "./scratch-folder.ts";
import { withServers } from "./server-under-test.ts";
import { compareRounds } from "./statistics.ts";

const CONNECTIONS = 32;

export const measureB9: Measure = async ({ quick }, say) => {
  say("starting PostgreSQL");
  useAllCores();
  // It takes its folder from there, and a temporary one may be memory.
  process.env["TMPDIR"] = scratchFolder();
  const [mine, theirs] = [await startPostgresServer(), await startPostgresServer()];
  const urlOf = (port: number): string => `postgres://postgres@127.0.0.1:${port}/postgres`;
  try {
    say("refreshing");
    const finding = await withServers(
      [
        ["refresh-hufu.ts", urlOf(mine.port), String(CONNECTIONS)],
        ["refresh-two-statements.ts", urlOf(theirs.port), String(CONNECTIONS)],
      ],
      async (hufu, bare) => {
        if (!hufu || !bare) throw new Error("a server is missing");
        const plan = (path: string, tokens: readonly string[], attempts: boolean): LoadPlan => ({
          ...{ kind: "refresh", path, clientId: CLIENT_ID, tokens, attempts },
        });
        const [ours, peer] = await loadInTurn(
          [
            { name: "Hufu", server: hufu, plan: plan("/auth/oauth/token", hufu.texts, true) },
            { name: "two statements", server: bare, plan: plan("/", bare.texts, false) },
          ],
          {
            ...{ connections: CONNECTIONS, rounds: quick ? 8 : 31 },
            ...{ roundMs: quick ? 500 : 700, warmUpMs: quick ? 3000 : 6000 },
          },
        );
        if (!ours || !peer) throw new Error("a target is missing");
        return {
          of: `PostgreSQL 15, synchronous_commit=on, ${CONNECTIONS} connections, 10 to the database`,
          unit: "refreshes/s",
          ours: ours.perSecond,
          peer: peer.perSecond,
          peerName: "its two statements alone",
          limit: peer.perSecond,
          ...compareRounds(ours.rounds, peer.rounds),
          bound: { least: 0.5 },
          note: loadNote(ours, peer),
        };
      },
    );
    return [finding];
  } finally {
    await mine.close();
    await theirs.close();
  }
};
