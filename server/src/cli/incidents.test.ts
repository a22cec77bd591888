import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { createSimulatedWeChat } from "@hufu/simulator";
import { until } from "../core/until.fixture.ts";
import { fate, type Held, refusalOfAccess, signedIn } from "./held-tokens.fixture.ts";
import { refreshWith } from "./hufu.fixture.ts";
import { type Incident, openIncident, type Way } from "./incident.fixture.ts";

// The first six sections of docs/guides/incidents.md and of its Chinese page: their own lines, against a server that runs.

const EN = "incidents.md";
const ZH = "incidents.zh-CN.md";
const WAYS: readonly Way[] = ["sh", "http"];

/** Each page and way in turn, with two people who are signed in. */
async function eachReplay(
  t: TestContext,
  incident: Incident,
  headings: readonly [string, string],
  replay: (page: string, heading: string, way: Way, alice: Held, bob: Held) => Promise<void>,
): Promise<void> {
  for (const [index, page] of [EN, ZH].entries()) {
    for (const way of WAYS) {
      await t.test(`${page}: ${way}`, async () => {
        const [alice, bob] = [await signIn(incident, "alice"), await signIn(incident, "bob")];
        await replay(page, headings[index] ?? "", way, alice, bob);
        await type(incident, "audit", "verify");
      });
    }
  }
}

/** A command that succeeds; answers what it said. */
async function type({ where }: Incident, ...args: readonly string[]): Promise<string> {
  const { code, out, err } = await where.type(...args);
  assert.equal(code, 0, err);
  return out;
}

/** The newest audit record about a user: who did it, and why. */
async function newestRecord(incident: Incident, action: string, { sub }: Held): Promise<string> {
  return (await type(incident, "audit", "list", "--user", sub, "--action", action, "--json")).split("\n")[0] ?? "";
}

function signIn({ hufu, where }: Incident, user: string, deviceId?: string): Promise<Held> {
  return signedIn(hufu(), where, user, "wx-demo", deviceId);
}

function kidOf({ access }: Held): string {
  return JSON.parse(Buffer.from(access.split(".")[0] ?? "", "base64url").toString()).kid;
}

const RESET = "session_expired, token_revoked reset";
const KICKED = "session_kicked, token_revoked kicked";

test("an AppSecret leaked: the platform takes the new one, and everybody of the app signs in again", async (t) => {
  const incident = await openIncident(t);
  const { where, configure } = incident;
  const before = await signIn(incident, "alice");
  const fresh = createSimulatedWeChat({ apps: [{ appId: "wx-demo", appSecret: "the-new-one" }] });
  const { url, close } = await fresh.listen();
  t.after(close);
  const app = { appId: "wx-demo", endpoint: url };
  configure({ apps: [{ ...app, appSecret: "simulated-app-secret" }] });
  assert.equal((await where.type("check")).code, 1, "the old one is worth nothing");
  configure({ apps: [{ ...app, appSecret: "the-new-one" }] });
  await incident.restart();
  const after: Incident = { ...incident, where: { ...where, platform: fresh } };
  assert.equal(await fate(after.hufu(), before), "lives", "no token depends on it");
  await eachReplay(t, after, ["An AppSecret leaked", "AppSecret 泄露"], async (page, heading, way, alice) => {
    const said = await after.replay(page, heading, way);
    if (way === "sh") assert.match(said[0] ?? "", /accepts its appId and appSecret/);
    assert.equal(await fate(after.hufu(), alice), RESET);
    assert.equal(await fate(after.hufu(), await signIn(after, "alice")), "lives");
  });
});

test("a signing key leaked: its tokens are refused, a refresh has another key, no user is signed out", async (t) => {
  const incident = await openIncident(t);
  await eachReplay(t, incident, ["A signing key leaked", "签名密钥泄露"], async (page, heading, way, alice, bob) => {
    const KID = kidOf(alice);
    const said = await incident.replay(page, heading, way, { KID });
    assert.ok(said[0]?.includes(KID));
    assert.equal(await refusalOfAccess(incident.hufu(), alice.access), "token_revoked key_compromised");
    for (const { refresh, sid } of [alice, bob]) {
      const renewed = await refreshWith(incident.issuer.replace(/\/auth$/, ""), refresh);
      assert.equal(renewed.status, 200);
      const access = String(renewed.body["access_token"]);
      assert.notEqual(kidOf({ access, refresh, sid, sub: "" }), KID);
      await incident.hufu().verifier.check(`Bearer ${access}`);
    }
    assert.match(await type(incident, "keys", "list"), new RegExp(`^${KID} .* revoked `, "m"));
  });
});

test("the database was dumped: the copy holds no secret, its key and sessions are dead, people sign in again", async (t) => {
  const incident = await openIncident(t);
  const { where, hufu } = incident;
  await eachReplay(t, incident, ["The database was dumped", "数据库被拖库"], async (page, heading, way, alice) => {
    const dump = ["", "-wal"].map((end) => readFileSync(`${where.file}${end}`, "latin1")).join("");
    assert.ok(dump.includes(alice.sid), "this is the dump");
    for (const hidden of [alice.access, alice.refresh, where.secret, "simulated-app-secret"]) {
      assert.ok(!dump.includes(hidden));
    }
    await incident.replay(page, heading, way, { KID: kidOf(alice) });
    // The key's end and the sessions' may be read one after the other.
    assert.match(await fate(hufu(), alice), /^session_expired, token_revoked (?:reset|key_compromised)$/);
    let again = alice;
    await until(async () => {
      again = await signIn(incident, "alice");
      return kidOf(again) !== kidOf(alice);
    });
    assert.equal(await fate(hufu(), again), "lives");
  });
});

test("one user is harassed: the address that does it is locked out, and no other caller notices", async (t) => {
  const incident = await openIncident(t);
  await eachReplay(t, incident, ["One user is harassed", "用户被骚扰"], async (page, heading, way, alice, bob) => {
    const said = await incident.replay(page, heading, way, { USER: bob.sub });
    assert.ok(said[0]?.includes(bob.sub));
    assert.ok(said.at(-1)?.includes(bob.sub));
    assert.equal(await fate(incident.hufu(), bob), "account_banned, token_revoked banned");
    await assert.rejects(signIn(incident, "bob"), { reason: "account_banned" });
    assert.equal(await fate(incident.hufu(), alice), "lives");
    assert.doesNotMatch(await type(incident, "sessions", "list", bob.sub), /alive/);
    const record = await newestRecord(incident, "user.ban", bob);
    assert.match(record, /"actor":"(?:cli:[^"]+|client:back-office)","detail":\{"reason":"(?:harassment|骚扰他人)"/);
    await type(incident, "users", "unban", bob.sub);
  });
});

test("an account was stolen: every session of it ends, the audit log tells it, and the owner signs in", async (t) => {
  const incident = await openIncident(t);
  await eachReplay(t, incident, ["An account was stolen", "账号被盗"], async (page, heading, way, alice, bob) => {
    const attacker = await signIn(incident, "alice", "another phone");
    const said = await incident.replay(page, heading, way, { USER: alice.sub });
    for (const { sid } of [alice, attacker]) assert.ok(said[0]?.includes(sid));
    assert.match(said[2] ?? "", /session\.end/);
    for (const held of [alice, attacker]) assert.equal(await fate(incident.hufu(), held), KICKED);
    assert.equal(await fate(incident.hufu(), await signIn(incident, "alice")), "lives");
    assert.equal(await fate(incident.hufu(), bob), "lives");
    const record = await newestRecord(incident, "session.end", alice);
    assert.match(record, way === "sh" ? /"reason":"(?:stolen|账号被盗)"/ : /"actor":"client:back-office"/);
    assert.match(
      await type(incident, "sessions", "list", alice.sub),
      new RegExp(`^${attacker.sid} .*ended: kicked`, "m"),
    );
  });
});

test("it keeps signing me out: support sees the rule, and with a higher limit both phones live", async (t) => {
  const incident = await openIncident(t);
  const { where, configure } = incident;
  const phones = async () => [await signIn(incident, "carol", "one"), await signIn(incident, "carol", "two")] as const;
  const address = incident.issuer.replace(/\/auth$/, "");
  await eachReplay(t, incident, ['"It keeps signing me out"', "“老是掉登录”"], async (page, heading, way) => {
    configure({ sessions: { perDeviceType: { phone: 1 } } });
    await incident.restart();
    const [one] = await phones();
    const refused = await refreshWith(address, one.refresh);
    assert.equal(refused.body["reason"], "session_replaced");
    const REQUEST_ID = String(refused.body["request_id"]);
    await until(async () => {
      const { code, err } = await where.type("users", "find", REQUEST_ID);
      assert.ok(code === 0 || err.includes("no user has that id"), err);
      return code === 0;
    });
    const said = await incident.replay(page, heading, way, { REQUEST_ID, USER: one.sub });
    for (const part of said) assert.match(part, /perDeviceType/);
    assert.ok(said[0]?.includes(one.sub) && said[0].includes("session_replaced"));

    configure({ sessions: { perDeviceType: { phone: 2 } } });
    await incident.restart();
    for (const held of await phones()) assert.equal(await fate(incident.hufu(), held), "lives");
  });
});
