// Refresh over HTTP on a durable PostgreSQL: Hufu beside its own two statements with nothing around them.
import type { Measure } from "./figure.ts";
import { loadInTurn, loadNote } from "./load.ts";
import type { LoadPlan } from "./load-plan.ts";
import { CLIENT_ID } from "./people.ts";
import { withPostgres } from "./postgres.ts";
import { withServers } from "./server-under-test.ts";
import { compareRounds } from "./statistics.ts";

const CONNECTIONS = 32;

export const measureB9: Measure = async ({ quick }, say) => {
  say("starting PostgreSQL");
  return withPostgres((mine) =>
    withPostgres(async (theirs) => {
      say("refreshing");
      const finding = await withServers(
        [
          ["refresh-hufu.ts", mine, String(CONNECTIONS)],
          ["refresh-two-statements.ts", theirs, String(CONNECTIONS)],
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
    }),
  );
};
