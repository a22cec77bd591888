// Sign-in over HTTP, each time by somebody new: a login code against Better Auth's anonymous sign-in, which asks nobody.
import type { Finding, Measure } from "./figure.ts";
import { loadInTurn, loadNote } from "./load.ts";
import { CLIENT_ID } from "./people.ts";
import { withServers } from "./server-under-test.ts";
import { compareRounds } from "./statistics.ts";

const CONNECTIONS = 32;
const FORM = { "content-type": "application/x-www-form-urlencoded" };

export const measureB8: Measure = async ({ quick }, say) => {
  const findings: Finding[] = [];
  for (const durability of ["normal", "full"] as const) {
    say(`SQLite, synchronous=${durability.toUpperCase()}`);
    const finding = await withServers(
      [
        ["sign-in-hufu.ts", durability],
        ["sign-in-better-auth.ts", durability],
      ],
      async (hufu, betterAuth) => {
        if (!hufu || !betterAuth) throw new Error("a server is missing");
        const [ours, peer] = await loadInTurn(
          [
            {
              name: "Hufu",
              server: hufu,
              plan: {
                kind: "unique",
                path: "/auth/oauth/token",
                headers: FORM,
                body: `grant_type=urn:hufu:grant-type:login-code&client_id=${CLIENT_ID}&code={word}&device_id={word}&attempt_id={word}`,
                proof: '"refresh_token":"hr1.',
              },
            },
            {
              name: "Better Auth",
              server: betterAuth,
              plan: {
                kind: "unique",
                path: "/api/auth/sign-in/anonymous",
                headers: { "content-type": "application/json", origin: `http://127.0.0.1:${betterAuth.port}` },
                body: "{}",
                proof: '"token":"',
              },
            },
          ],
          {
            ...{ connections: CONNECTIONS, rounds: quick ? 8 : 31 },
            ...{ roundMs: quick ? 500 : 700, warmUpMs: quick ? 3000 : 6000 },
          },
        );
        if (!ours || !peer) throw new Error("a target is missing");
        return {
          of: `SQLite, ${durability.toUpperCase()}, ${CONNECTIONS} connections, a new user each time`,
          unit: "sign-ins/s",
          ours: ours.perSecond,
          peer: peer.perSecond,
          peerName: "Better Auth 1.7.25, anonymous sign-in",
          limit: null,
          ...compareRounds(ours.rounds, peer.rounds),
          bound: { least: 8 },
          note: loadNote(ours, peer),
        };
      },
    );
    findings.push(finding);
  }
  return findings;
};
