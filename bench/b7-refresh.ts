// Refresh over HTTP: Hufu, node-oidc-provider and a bare prototype, all three at the same durability.
import type { Finding, Measure } from "./figure.ts";
import { loadInTurn, loadNote } from "./load.ts";
import type { LoadPlan } from "./load-plan.ts";
import { CONNECTIONS, roundsOfWrites } from "./load-rounds.ts";
import { CLIENT_ID } from "./people.ts";
import { withServers } from "./server-under-test.ts";
import { compareRounds, median } from "./statistics.ts";

export const measureB7: Measure = async (effort, say) => {
  const findings: Finding[] = [];
  for (const durability of ["normal", "full"] as const) {
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
        const of = `SQLite, ${durability.toUpperCase()}, ${CONNECTIONS} connections`;
        return [
          {
            of,
            unit: "refreshes/s of processor",
            ours: median(ours.cpuRounds),
            peer: median(limit.cpuRounds),
            peerName: "bare prototype",
            limit: median(limit.cpuRounds),
            ...compareRounds(ours.cpuRounds, limit.cpuRounds),
            bound: { least: 0.7 },
            note: loadNote(ours, limit),
          },
          {
            of,
            unit: "refreshes/s",
            ours: ours.perSecond,
            peer: peer.perSecond,
            peerName: "node-oidc-provider 9.13.3",
            limit: limit.perSecond,
            ...compareRounds(ours.rounds, peer.rounds),
            bound: null,
            note: loadNote(ours, peer),
          },
        ];
      },
    );
    findings.push(...both);
  }
  return findings;
};
