import assert from "node:assert/strict";
import { Agent, request } from "node:http";
import { describe, test } from "node:test";
import { type Answer, keepsTheRules, objectIn } from "./ask.ts";
import { invalidGrant, invalidToken, meets } from "./cases.ts";
import { askToken, getMe, granted, newAttempt, refresh, revoke, sidOf, signIn, signInForm } from "./mini-program.ts";
import { APP, type Served, startServed } from "./served-hufu.ts";

async function withServed(act: (served: Served) => Promise<void>): Promise<void> {
  const served = await startServed();
  try {
    await act(served);
  } finally {
    await served.close();
  }
}

async function killHard(served: Served): Promise<void> {
  served.signal("SIGKILL");
  assert.equal(await served.ended(), "SIGKILL");
}

describe("the server dies, and nothing that was answered is forgotten (I5, I9)", { concurrency: true }, () => {
  test("kill -9 between requests keeps sessions, chains, replays and every revocation", () =>
    withServed(async (served) => {
      const [kept, mid, signedOut, dropped, reused] = await Promise.all(
        Array.from({ length: 5 }, () => signIn(served)),
      );
      assert.ok(kept && mid && signedOut && dropped && reused);
      const attempt = newAttempt();
      const unused = granted(await refresh(served, mid.refresh_token, attempt)).refresh_token;
      const chain = granted(await refresh(served, kept.refresh_token, attempt));
      const promoted = granted(await refresh(served, chain.refresh_token, attempt));
      await revoke(served, signedOut.refresh_token);
      await revoke(served, dropped.access_token);
      const [lost, winner] = [
        granted(await refresh(served, reused.refresh_token)),
        granted(await refresh(served, reused.refresh_token)),
      ];
      granted(await refresh(served, winner.refresh_token));
      await meets(await refresh(served, lost.refresh_token), invalidGrant("refresh_token_reused"));
      const form = signInForm(served, { attempt_id: newAttempt() });
      const fresh = granted(await askToken(served, form));

      const stolen = signInForm(served, { attempt_id: newAttempt() });
      const victim = granted(await askToken(served, stolen));

      await killHard(served);
      await served.start();

      assert.equal((await getMe(served, kept.access_token)).status, 200);
      for (const ended of [signedOut, dropped, reused])
        await meets(await getMe(served, ended.access_token), invalidToken("token_revoked"));
      await meets(await refresh(served, signedOut.refresh_token), invalidGrant("session_logged_out"));
      await meets(await refresh(served, winner.refresh_token), invalidGrant("refresh_token_reused"));
      granted(await refresh(served, dropped.refresh_token));
      // The same child on any node, at any time (I4); a late duplicate is still told from a second holder.
      assert.equal(granted(await refresh(served, mid.refresh_token, attempt)).refresh_token, unused);
      await meets(await refresh(served, kept.refresh_token, attempt), invalidGrant("refresh_token_superseded"));
      granted(await refresh(served, promoted.refresh_token));
      const replayed = granted(await askToken(served, form));
      assert.equal(replayed.refresh_token, fresh.refresh_token);
      assert.equal(sidOf(replayed.access_token), sidOf(fresh.access_token));
      await meets(await askToken(served, { ...stolen, attempt_id: newAttempt() }), invalidGrant("login_code_used"));
      await meets(await refresh(served, victim.refresh_token), invalidGrant("refresh_token_reused"));
    }));

  test("kill -9 in the middle of fifty refreshes leaves every token good", () =>
    withServed(async (served) => {
      const people = await Promise.all(Array.from({ length: 50 }, () => signIn(served)));
      const attempts = people.map(newAttempt);
      const children = await Promise.all(
        people.map(
          async ({ refresh_token }) => granted(await refresh(served, refresh_token, newAttempt())).refresh_token,
        ),
      );
      const underWay = children.map((token, n) => refresh(served, token, attempts[n]));
      await Promise.race(underWay);
      await killHard(served);
      const settled = await Promise.allSettled(underWay);
      await served.start();
      for (const [n, token] of children.entries()) {
        const again = granted(await refresh(served, token, attempts[n]));
        const before = settled[n];
        if (before?.status === "fulfilled") assert.equal(again.refresh_token, granted(before.value).refresh_token);
      }
    }));
});

/** Fifty connections that are open already, so that each request is with the server when the signal comes. */
function refreshOver(agent: Agent, served: Served, token: string, attempt: string): Promise<Answer> {
  const body = new URLSearchParams({
    grant_type: "refresh_token",
    client_id: APP,
    refresh_token: token,
    attempt_id: attempt,
  }).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded", "content-length": Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const asking = request(
      { host: "127.0.0.1", port: served.port, path: "/auth/oauth/token", method: "POST", headers, agent },
      (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => {
          text += chunk.toString("utf8");
        });
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: objectIn(text) }),
        );
      },
    );
    asking.on("error", reject);
    asking.end(body);
  });
}

describe("the server is asked to stop", { concurrency: true }, () => {
  for (const when of ["once the first is answered", "as soon as they were written"] as const)
    test(`SIGTERM during fifty refreshes, ${when}: each is answered 200 or 503, and every token is good afterwards`, () =>
      withServed(async (served) => {
        const agent = new Agent({ keepAlive: true, maxSockets: 50 });
        const people = await Promise.all(Array.from({ length: 50 }, () => signIn(served)));
        const warm = people.map(newAttempt);
        const children = await Promise.all(
          people.map(
            async ({ refresh_token }, n) =>
              granted(await refreshOver(agent, served, refresh_token, warm[n] ?? "")).refresh_token,
          ),
        );
        const attempts = people.map(newAttempt);
        const underWay = children.map((token, n) => refreshOver(agent, served, token, attempts[n] ?? ""));
        if (when === "once the first is answered") await Promise.race(underWay);
        else await new Promise((resolve) => setTimeout(resolve, 5));
        served.signal("SIGTERM");
        const settled = await Promise.allSettled(underWay);
        assert.equal(await served.ended(), 0);
        agent.destroy();
        await served.start();
        for (const [n, token] of children.entries()) granted(await refresh(served, token, attempts[n]));

        const seen = new Map<string, number>();
        for (const outcome of settled) {
          const word =
            outcome.status === "fulfilled" ? String(outcome.value.status) : `no answer: ${String(outcome.reason)}`;
          seen.set(word, (seen.get(word) ?? 0) + 1);
        }
        for (const word of seen.keys()) assert.ok(["200", "503"].includes(word), JSON.stringify([...seen]));
        for (const outcome of settled)
          if (outcome.status === "fulfilled") keepsTheRules({ path: "/oauth/token" }, outcome.value);
      }));
});
