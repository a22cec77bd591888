// Sign-in over HTTP, each time by somebody new: a login code against Better Auth's anonymous sign-in, which asks nobody.
import { besideSqlite } from "./beside-sqlite.ts";
import type { Effort, Figure, Measure } from "./figure.ts";
import { loadInTurn, loadNote } from "./load.ts";
import type { LoadPlan } from "./load-plan.ts";
import { CONNECTIONS, roundsOfWrites } from "./load-rounds.ts";
import { CLIENT_ID } from "./people.ts";
import { withServers } from "./server-under-test.ts";
import type { Durability } from "./servers/durability.ts";
import { compareRounds } from "./statistics.ts";

const WITH_A_CODE: LoadPlan = {
  kind: "unique",
  path: "/auth/oauth/token",
  headers: { "content-type": "application/x-www-form-urlencoded" },
  body: `grant_type=urn:hufu:grant-type:login-code&client_id=${CLIENT_ID}&code={word}&device_id={word}&attempt_id={word}`,
  proof: '"refresh_token":"hr1.',
};

export const measureB8: Measure = async (effort, say) => {
  const findings: Figure[] = [];
  for (const durability of ["normal", "full"] as const) {
    say(`SQLite, synchronous=${durability.toUpperCase()}`);
    findings.push(await besideBetterAuth(durability, effort));
  }
  say("PostgreSQL and MariaDB");
  const asked = { file: "sign-in-hufu.ts", options: [], unit: "sign-ins/s", least: 0.45, planOf: () => WITH_A_CODE };
  return [...findings, ...(await besideSqlite(asked, effort))];
};

function besideBetterAuth(durability: Durability, effort: Effort): Promise<Figure> {
  return withServers(
    [
      ["sign-in-hufu.ts", durability],
      ["sign-in-better-auth.ts", durability],
    ],
    async (hufu, betterAuth) => {
      if (!hufu || !betterAuth) throw new Error("a server is missing");
      const anonymously: LoadPlan = {
        kind: "unique",
        path: "/api/auth/sign-in/anonymous",
        headers: { "content-type": "application/json", origin: `http://127.0.0.1:${betterAuth.port}` },
        body: "{}",
        proof: '"token":"',
      };
      const [ours, peer] = await loadInTurn(
        [
          { name: "Hufu", server: hufu, plan: WITH_A_CODE },
          { name: "Better Auth", server: betterAuth, plan: anonymously },
        ],
        roundsOfWrites(effort),
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
        bound: { least: 5 },
        note: loadNote(ours, peer),
      };
    },
  );
}
