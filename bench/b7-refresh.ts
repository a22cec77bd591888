// Refresh over HTTP: Hufu, node-oidc-provider and a bare prototype, all three at the same durability.
import type { Finding, Measure } from "./figure.ts";
import { loadInTurn, loadNote } from "./load.ts";
import type { LoadPlan } from "./load-plan.ts";
import { CONNECTIONS, roundsOfWrites } from "./load-rounds.ts";
import { CLIENT_ID } from "./people.ts";
import { withServers } from "./server-under-test.ts";
import { compareRounds } from "./statistics.ts";

export const measureB7: Measure = async (effort, say) => {
  const findings: Finding[] = [];
  for (const [durability, least] of [
    ["normal", 5],
    ["full", 8],
  ] as const) {
    say(`SQLite, synchronous=${durability.toUpperCase()}`);
    const sessions = String(CONNECTIONS);
    const both = await withServers(
      [
        ["refresh-hufu.ts", durability, sessions],
        ["refresh-oidc-provider.ts", durability, sessions],
        ["refresh-bare.ts", durability, sessions],
      ],
      async (hufu, oidc, bare) => {
        if (!hufu || !oidc || !bare) throw new Error("a server is missing");
        const plan = (path: string, tokens: readonly string[], attempts: boolean): LoadPlan => ({
          kind: "refresh",
          path,
          clientId: CLIENT_ID,
          tokens,
          attempts,
        });
        const [ours, peer, limit] = await loadInTurn(
          [
            { name: "Hufu", server: hufu, plan: plan("/auth/oauth/token", hufu.texts, true) },
            { name: "node-oidc-provider", server: oidc, plan: plan("/token", oidc.texts, false) },
            { name: "bare prototype", server: bare, plan: plan("/", bare.texts, false) },
          ],
          roundsOfWrites(effort),
        );
        if (!ours || !peer || !limit) throw new Error("a target is missing");
        const common = {
          unit: "refreshes/s",
          ours: ours.perSecond,
          limit: limit.perSecond,
        };
        return [
          {
            ...common,
            of: `SQLite, ${durability.toUpperCase()}, ${CONNECTIONS} connections`,
            peer: peer.perSecond,
            peerName: "node-oidc-provider 9.13.3",
            ...compareRounds(ours.rounds, peer.rounds),
            bound: { least },
            note: loadNote(ours, peer),
          },
          {
            ...common,
            of: `SQLite, ${durability.toUpperCase()}, ${CONNECTIONS} connections`,
            peer: limit.perSecond,
            peerName: "bare prototype",
            ...compareRounds(ours.rounds, limit.rounds),
            bound: { least: 0.7 },
            note: loadNote(ours, limit),
          },
        ];
      },
    );
    findings.push(...both);
  }
  return findings;
};
