import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import { withAdministration } from "./administration.ts";
import type { Answer } from "./ask.ts";
import { type Expected, invalidGrant, invalidToken, meets } from "./cases.ts";
import {
  askToken,
  claimsOf,
  getMe,
  granted,
  newAttempt,
  newCode,
  refresh,
  revoke,
  sidOf,
  signIn,
  signInForm,
  someone,
} from "./mini-program.ts";
import {
  APP,
  MISCONFIGURED_APP,
  OTHER_APP,
  type Served,
  startServed,
  TROUBLED_APPS,
  UNKNOWN_TO_PLATFORM_APP,
} from "./served-hufu.ts";
import type { Errand } from "./stand-in-wechat.ts";

const unavailable = (reason: string): Expected => ({ status: 503, error: "temporarily_unavailable", reason });
const denied = (reason: string): Expected => ({ status: 403, error: "access_denied", reason });
const MISCONFIGURED: Expected = { status: 502, error: "server_error", reason: "platform_misconfigured" };

describe("every row of §3.5 that can be provoked from outside", { concurrency: true }, () => {
  describe("what the platform says, the client is told by one row of §3.5", { concurrency: false }, () => {
    let served: Served;
    let unanswered: Promise<Answer>;
    before(async () => {
      served = await startServed();
      const clientId = TROUBLED_APPS.at(-1) ?? "";
      const code = served.platform.issue(clientId, { fault: "hang" });
      unanswered = askToken(served, signInForm(served, { client_id: clientId, code }));
    });
    after(() => served.close());
    const rows: readonly (readonly [string, Errand, Expected, "silent"?])[] = [
      ["40029", { errcode: 40029 }, invalidGrant("login_code_invalid")],
      ["40163", { errcode: 40163 }, invalidGrant("login_code_used")],
      ["40226", { errcode: 40226 }, denied("platform_blocked")],
      ["45011", { errcode: 45011 }, { status: 429, error: "slow_down", reason: "platform_rate_limited" }],
      ["40013", { errcode: 40013 }, MISCONFIGURED],
      ["40125", { errcode: 40125 }, MISCONFIGURED],
      ["40164, an address that is not on the list", { errcode: 40164 }, MISCONFIGURED, "silent"],
      ["-1", { errcode: -1 }, unavailable("platform_unavailable")],
      ["status 500", { status: 500, body: "oops" }, unavailable("platform_unavailable")],
      ["status 502 with a page", { status: 502, body: "<html>" }, unavailable("platform_unavailable")],
      ["a broken connection", { fault: "reset" }, unavailable("platform_unavailable")],
      [
        "an unknown errcode",
        { errcode: 99999 },
        { status: [502, 503], error: ["server_error", "temporarily_unavailable"] },
        "silent",
      ],
      ["a page instead of JSON", { status: 200, body: "<html>" }, { status: [502, 503] }, "silent"],
      [
        "JSON without an openid",
        { status: 200, body: '{"session_key":"AAAAAAAAAAAAAAAAAAAAAA=="}' },
        { status: [502, 503] },
        "silent",
      ],
      [
        "an openid that is no text",
        { status: 200, body: '{"openid":{"a":1},"session_key":"AAAAAAAAAAAAAAAAAAAAAA=="}' },
        { status: [502, 503] },
        "silent",
      ],
      ["a redirect", { status: 302, body: "", location: "http://127.0.0.1:9/steal" }, { status: [502, 503] }, "silent"],
      [
        "eight megabytes",
        { status: 200, body: `{"openid":"${"o".repeat(8 << 20)}"}` },
        { status: [502, 503] },
        "silent",
      ],
    ];
    for (const [index, [name, errand, expected, silent]] of rows.entries())
      test(`${name}${silent === undefined ? "" : " (the text is silent)"}`, async () => {
        // A mini program of its own for each trouble: one's breaker must not answer for another.
        const clientId = TROUBLED_APPS[index % TROUBLED_APPS.length] ?? "";
        const code = served.platform.issue(clientId, errand);
        await meets(
          await askToken(served, signInForm(served, { client_id: clientId, code, attempt_id: newAttempt() })),
          expected,
        );
      });

    for (const [name, clientId] of [
      ["a wrong app secret", MISCONFIGURED_APP],
      ["an appid that the platform does not know", UNKNOWN_TO_PLATFORM_APP],
    ] as const)
      test(`${name} is the operator's, and the answer says nothing of it`, async () => {
        const answer = await askToken(served, signInForm(served, { client_id: clientId, code: "c".repeat(32) }));
        await meets(answer, MISCONFIGURED);
        for (const word of ["40125", "40013", "rid", ...served.secrets])
          assert.ok(!answer.text.includes(word), answer.text);
      });

    test("a platform that never answers is 503 before the client gives up", async () => {
      await meets(await unanswered, unavailable("platform_unavailable"));
    });
  });

  describe("a platform and a database that are gone for a while", { concurrency: false }, () => {
    let served: Served;
    before(async () => {
      served = await startServed();
    });
    after(() => served.close());

    test("without the platform sign-ins wait, tokens stay good, and afterwards the same code and attempt sign in", async () => {
      const before_ = await signIn(served);
      const form = signInForm(served, { attempt_id: newAttempt() });
      await served.platform.goDown();
      await meets(await askToken(served, form), unavailable("platform_unavailable"));
      const during = granted(await refresh(served, before_.refresh_token, newAttempt()));
      granted(await refresh(served, during.refresh_token, newAttempt()));
      assert.equal((await getMe(served, before_.access_token)).status, 200);
      await served.platform.comeBack();
      granted(await askToken(served, form));
    });
    test("a database that does not answer is 503 for anyone who must write, and afterwards every token is as good as before", async () => {
      const people = await Promise.all(Array.from({ length: 3 }, () => signIn(served)));
      const attempts = people.map(newAttempt);
      const children = await Promise.all(
        people.map(
          async ({ refresh_token }, n) => granted(await refresh(served, refresh_token, attempts[n])).refresh_token,
        ),
      );
      const form = signInForm(served, { attempt_id: newAttempt() });
      const jailer = new DatabaseSync(served.databaseFile, { timeout: 5000 });
      jailer.exec("BEGIN IMMEDIATE");
      let answers: Answer[];
      try {
        answers = await Promise.all([
          ...children.map((token, n) => refresh(served, token, attempts[n])),
          askToken(served, form),
          revoke(served, people[0]?.refresh_token ?? ""),
        ]);
      } finally {
        jailer.exec("ROLLBACK");
        jailer.close();
      }
      for (const answer of answers) await meets(answer, unavailable("store_unavailable"));
      for (const [n, token] of children.entries()) granted(await refresh(served, token, attempts[n]));
      // The platform has burnt the code by then: §3.5 lets the client fetch a new one, so either answer will do.
      const again = await askToken(served, form);
      if (again.status !== 200) await meets(again, invalidGrant("login_code_used"));
    });
  });

  describe("why a session ended, one word everywhere (§3.5)", { concurrency: false }, () => {
    let served: Served;
    before(async () => {
      served = await startServed({ configuration: (base) => ({ ...base, rolesFrom: "hufu" }) });
    });
    after(() => served.close());

    /** Guards of another process know within about a second. */
    async function refusedSoon(token: string): Promise<Answer> {
      for (const deadline = performance.now() + 3000; ; ) {
        const answer = await getMe(served, token);
        if (answer.status !== 200 || performance.now() > deadline) return answer;
      }
    }
    async function refusedFor(token: string, why: string): Promise<void> {
      const answer = await refusedSoon(token);
      await meets(answer, invalidToken("token_revoked"));
      assert.equal(answer.json["why"], why);
    }

    test("kicked, banned and unbanned, closed, reset; and stale", async () => {
      const [kicked, banned, freed, closed, reset, stale] = await Promise.all([
        signIn(served),
        signIn(served, "banned"),
        signIn(served, "freed"),
        signIn(served, "closed"),
        signIn(served),
        signIn(served),
      ]);
      const idOf = (tokens: { user: Readonly<Record<string, unknown>> }): string => String(tokens.user["id"]);
      const until = new Date(Date.now() + 3_600_000);
      await withAdministration(served, async (hufu) => {
        await hufu.users.setRoles(idOf(stale), ["member", "admin"], { by: "a test" });
        await refusedSoon(stale.access_token);
        await hufu.sessions.kickAll(idOf(kicked), { by: "a test" });
        await hufu.users.ban(idOf(banned), { reason: "fraud", until }, { by: "a test" });
        await hufu.users.ban(idOf(freed), { reason: "fraud" }, { by: "a test" });
        await meets(await refresh(served, freed.refresh_token), {
          ...denied("account_banned"),
          also: ({ json }) => assert.ok(!("banned_until" in json)),
        });
        await hufu.users.unban(idOf(freed), { by: "a test" });
        await hufu.users.close(idOf(closed), { by: "a test" });
      });
      await refusedFor(kicked.access_token, "kicked");
      await meets(await refresh(served, kicked.refresh_token), invalidGrant("session_kicked"));
      await refusedFor(banned.access_token, "banned");
      const isBanned: Expected = {
        ...denied("account_banned"),
        also: ({ json }) => assert.equal(json["banned_until"], Math.floor(until.getTime() / 1000)),
      };
      await meets(await refresh(served, banned.refresh_token), isBanned);
      await meets(await askToken(served, signInForm(served, {}, "banned")), isBanned);
      await meets(await refresh(served, freed.refresh_token), invalidGrant("session_expired"));
      assert.equal((await signIn(served, "freed")).user["id"], idOf(freed));
      await refusedFor(closed.access_token, "closed");
      await meets(await refresh(served, closed.refresh_token), invalidGrant("account_closed"));
      const anew = await signIn(served, "closed");
      assert.notEqual(anew.user["id"], idOf(closed));
      assert.equal(anew.user["new"], true);

      await meets(await getMe(served, stale.access_token), invalidToken("token_stale"));
      const fresh = granted(await refresh(served, stale.refresh_token));
      assert.deepEqual([...(claimsOf(fresh.access_token)["roles"] as string[])].sort(), ["admin", "member"]);
      assert.ok(Number(claimsOf(fresh.access_token)["ver"]) > Number(claimsOf(stale.access_token)["ver"]));
      assert.equal((await getMe(served, fresh.access_token)).status, 200);

      await withAdministration(served, (hufu) => hufu.revokeApp(APP, { by: "a test", reason: "a test" }));
      await refusedFor(reset.access_token, "reset");
      await meets(await refresh(served, reset.refresh_token), invalidGrant("session_expired"));
      const later = await signIn(served);
      assert.equal((await getMe(served, later.access_token)).status, 200);
    });
  });

  describe("what the host decides", { concurrency: false }, () => {
    let served: Served;
    before(async () => {
      const resolveUser = `async resolveUser(identity, { context }) {
      if (context?.ask === "deny") return { deny: "a text for the log alone" };
      if (context?.ask === "throw") throw new Error("the host fell over");
      if (context?.ask === "hang") await new Promise(() => {});
      if (context?.ask === "nonsense") return { userId: 17, roles: "admin" };
      return { userId: context?.ask ?? identity.openid, claims: { shop: 7 } };
    }`;
      served = await startServed({
        functions: `resolveTimeout: "300ms", ${resolveUser}`,
        configuration: (base) => ({ ...base, sessions: { perDeviceType: { phone: 2, "*": 3 }, overflow: "refuse" } }),
      });
    });
    after(() => served.close());

    const asking = (what: string, more: Record<string, string> = {}, user: string = someone()): Promise<Answer> =>
      askToken(
        served,
        signInForm(served, { context: JSON.stringify({ ask: what }), attempt_id: newAttempt(), ...more }, user),
      );

    test("a refusal is sign_in_denied, and its text stays in the stack", async () => {
      const answer = await asking("deny");
      await meets(answer, denied("sign_in_denied"));
      assert.ok(!answer.text.includes("a text for the log"));
    });

    for (const what of ["throw", "hang", "nonsense"])
      test(`a host that answers with "${what}" is host_unavailable, and nothing is half made`, async () => {
        const user = someone();
        await meets(await asking(what, {}, user), unavailable("host_unavailable"));
        const answer = granted(await asking(`host-${user}`, {}, user));
        assert.equal(answer.user["new"], true);
      });

    test("its id of the user travels as uid and external_id, its claims under one name", async () => {
      const tokens = granted(await asking("host-42"));
      assert.equal(tokens.user["external_id"], "host-42");
      const claims = claimsOf(tokens.access_token);
      assert.equal(claims["uid"], "host-42");
      assert.deepEqual(claims["claims"], { shop: 7 });
      assert.ok(!("shop" in claims));
      const fresh = granted(await refresh(served, tokens.refresh_token));
      assert.equal(claimsOf(fresh.access_token)["uid"], "host-42");
    });

    test("one session too many is refused where overflow says refuse, and the others live", async () => {
      const user = someone();
      const on = (device_id: string, device_type: string): Promise<Answer> =>
        askToken(served, signInForm(served, { device_id, device_type }, user));
      const first = granted(await on("phone-1", "phone"));
      granted(await on("phone-2", "phone"));
      await meets(await on("phone-3", "phone"), denied("too_many_sessions"));
      for (const device of ["pc-1", "pad-1", "other-1"]) granted(await on(device, device.slice(0, -2)));
      await meets(await on("pc-2", "pc"), denied("too_many_sessions"));
      granted(await refresh(served, first.refresh_token));
      const again = granted(await on("phone-1", "phone"));
      assert.notEqual(sidOf(again.access_token), sidOf(first.access_token));
    });

    test("a code for somebody who is denied is used all the same", async () => {
      const code = newCode(served, someone());
      await asking("deny", { code });
      await meets(await asking("deny", { code }), {
        status: [400, 403],
        reason: ["login_code_used", "sign_in_denied"],
      });
    });
  });

  describe("an app that signs in once a minute", { concurrency: false }, () => {
    let served: Served;
    before(async () => {
      served = await startServed({
        configuration: (base) => ({
          ...base,
          apps: [base["apps"]].flat().map((app) => ({ ...Object(app), signInsPerMinute: 1 })),
        }),
      });
    });
    after(() => served.close());

    test("the next sign-in is told to wait and leaves no row; refreshes and other apps go on", async () => {
      const { refresh_token } = await signIn(served);
      // A record of the audit log is in the one table until it is sealed, and then in the other.
      const rowsOf = (): unknown => {
        const database = new DatabaseSync(served.databaseFile, { readOnly: true, timeout: 30_000 });
        const counts = ["users", "identities", "sessions", "revocations", "audit", "audit_chain"].map(
          (table) => `(select count(*) from hufu_${table}) as ${table}`,
        );
        const { audit, audit_chain: sealed, ...rows } = database.prepare(`select ${counts.join(", ")}`).get() ?? {};
        database.close();
        return { ...rows, audit: Number(audit) + Number(sealed) };
      };
      const before = rowsOf();
      const form = signInForm(served, { attempt_id: newAttempt() });
      for (let time = 0; time < 2; time += 1) {
        await meets(await askToken(served, form), { status: 429, error: "slow_down", reason: "rate_limited" });
      }
      assert.deepEqual(rowsOf(), before);
      granted(await refresh(served, refresh_token));
      // Another app has a minute of its own.
      await signIn(served, someone(), { client_id: OTHER_APP.clientId });
    });
  });

  describe("lives that are short", { concurrency: false }, () => {
    let served: Served;
    before(async () => {
      served = await startServed({
        configuration: (base) => ({ ...base, tokens: { mode: "single", algorithm: "Ed25519", single: "2s" } }),
      });
    });
    after(() => served.close());

    test("in single mode there is no refresh token, and revoking the access token ends its session (§3.4, §3.5)", async () => {
      const answer = await askToken(served, signInForm(served));
      await meets(answer, { status: 200 });
      for (const name of ["refresh_token", "refresh_token_expires_in"]) assert.ok(!(name in answer.json), name);
      const { access_token, expires_in } = granted(answer);
      assert.ok(expires_in <= 2, `${expires_in}`);
      assert.equal((await revoke(served, access_token)).status, 200);
      const refused = await getMe(served, access_token);
      await meets(refused, invalidToken("token_revoked"));
      assert.equal(refused.json["why"], "logged_out");
    });

    test("a refresh in single mode is refused, never a fault (the text is silent)", async () => {
      await meets(await refresh(served, "hr1.AAAA"), {
        status: 400,
        error: ["unsupported_grant_type", "unauthorized_client", "invalid_grant"],
      });
    });

    test("an access token is refused once its time is over: at the latest when ten seconds have passed (the text is silent)", async () => {
      const { access_token } = await signIn(served);
      assert.equal((await getMe(served, access_token)).status, 200);
      let answer = await getMe(served, access_token);
      for (const deadline = performance.now() + 12_000; answer.status === 200 && performance.now() < deadline; ) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        answer = await getMe(served, access_token);
      }
      await meets(answer, invalidToken("token_expired"));
    });
  });
});
