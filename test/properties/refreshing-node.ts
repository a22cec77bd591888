// A node of its own process that refreshes without end and says on its standard output what it has answered.
// It is started by kill-nine.test.ts, which ends it with SIGKILL.
import { writeSync } from "node:fs";
import { createHufu } from "../../server/src/hufu/create-hufu.ts";

/** What the parent says in the first argument. */
export interface Orders {
  readonly database: string;
  readonly issuer: string;
  readonly secret: string;
  readonly clientId: string;
  readonly appSecret: string;
  readonly endpoint: string;
  /** Each line of refreshes begins with one of these. */
  readonly tokens: readonly string[];
}

/** One answer: which line, what was presented for which attempt, and what came back. */
export interface Acknowledged {
  readonly line: number;
  readonly presented: string;
  readonly attemptId: string;
  readonly given: string;
}

if (import.meta.main) {
  const orders: Orders = JSON.parse(process.argv[2] ?? "");
  const { database, issuer, secret, clientId, appSecret, endpoint } = orders;
  const hufu = await createHufu({ database, issuer, secret, apps: [{ appId: clientId, appSecret, endpoint }] });
  await Promise.all(
    orders.tokens.map(async (first, line) => {
      let presented = first;
      for (let time = 0; ; time += 1) {
        const attemptId = `attempt-${line}-${String(time).padStart(12, "0")}`;
        const { refreshToken: given = "" } = await hufu.protocol.refresh({
          clientId,
          refreshToken: presented,
          attemptId,
        });
        const said: Acknowledged = { line, presented, attemptId, given };
        // Synchronous, so that nothing is acknowledged that was not also said.
        writeSync(1, `${JSON.stringify(said)}\n`);
        presented = given;
      }
    }),
  );
}
