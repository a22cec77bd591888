// Refresh over HTTP at the same durability: Hufu, node-oidc-provider, a bare prototype, and what Hufu's own protocol costs when
// nothing is built around it.
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
        ["refresh-no-layers.ts", durability, sessions],
      ],
      async (hufu, oidc, bare, noLayers) => {
        if (!hufu || !oidc || !bare || !noLayers) throw new Error("a server is missing");
        const plan = (path: string, tokens: readonly string[], attempts: boolean): LoadPlan => ({
          kind: "refresh",
          path,
          clientId: CLIENT_ID,
          tokens,
          attempts,
        });
        const [ours, peer, limit, least] = await loadInTurn(
          [
            { name: "Hufu", server: hufu, plan: plan("/auth/oauth/token", hufu.texts, true) },
            { name: "node-oidc-provider", server: oidc, plan: plan("/token", oidc.texts, false) },
            { name: "bare prototype", server: bare, plan: plan("/", bare.texts, false) },
            { name: "without layers", server: noLayers, plan: plan("/", noLayers.texts, true) },
          ],
          roundsOfWrites(effort),
        );
        if (!ours || !peer || !limit || !least) throw new Error("a target is missing");
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
            unit: "refreshes/s of processor",
            ours: median(ours.cpuRounds),
            peer: median(least.cpuRounds),
            peerName: "its own protocol without layers",
            limit: median(limit.cpuRounds),
            ...compareRounds(ours.cpuRounds, least.cpuRounds),
            bound: null,
            note: loadNote(ours, least),
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
