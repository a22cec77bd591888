import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { until } from "../../core/until.fixture.ts";
import { fate, refusalOf, signedIn } from "../held-tokens.fixture.ts";
import { typed } from "../hufu.fixture.ts";
import { serving, stack } from "../maintained-hufu.fixture.ts";

const REASON = ["--reason", "its secret got out"];

async function served(t: TestContext) {
  const where = await stack(t);
  const hufu = await serving(t, where);
  return { where, hufu, held: await signedIn(hufu, where, "alice") };
}

test("revoke --app and --all end everybody's sessions on a running server, and later ones live", async (t) => {
  const { where, hufu, held } = await served(t);
  for (const whom of [["--app", "wx-demo"], ["--all"]]) {
    const alice = await signedIn(hufu, where, "alice");
    const done = await where.type("revoke", ...whom, ...REASON, "--yes");
    assert.equal(done.code, 0, done.err);
    assert.match(done.out, /^Ended the sessions of everybody( of wx-demo)?\. Running servers/);
    assert.equal(await fate(hufu, alice), "session_expired, token_revoked reset");
    assert.equal(await fate(hufu, await signedIn(hufu, where, "alice")), "lives");
  }
  assert.equal(await fate(hufu, held), "session_expired, token_revoked reset");
});

test("revoke --user and --session kick, by either id, and say so when there is nothing to end", async (t) => {
  const { where, hufu, held } = await served(t);
  const bob = await signedIn(hufu, where, "bob");
  const one = await where.type("revoke", "--session", bob.sid);
  assert.equal(one.out, "Ended 1 session. Running servers refuse the tokens within about a second.\n", one.err);
  assert.equal(await fate(hufu, bob), "session_kicked, token_revoked kicked");
  assert.equal(await fate(hufu, held), "lives");
  assert.equal((await where.type("revoke", "--user", held.sub, ...REASON)).code, 0);
  assert.equal(await fate(hufu, held), "session_kicked, token_revoked kicked");
  for (const [args, words] of [
    [["--session", bob.sid], /no session "s_\S+" is alive/],
    [["--session", "bob"], /"bob" is no session id/],
    [["--user", held.sub], /user "u_\S+" has no live session/],
    [["--user", "42"], /there is no user "42"/],
  ] as const) {
    const { code, err } = await where.type("revoke", ...args);
    assert.equal(code, 1);
    assert.match(err, words);
  }
});

test("the sessions of all users end only when the operator says yes", async (t) => {
  const { where, hufu, held } = await served(t);
  const args = ["revoke", "--all", ...REASON, "--config", "hufu.json"];
  const alone = await typed(args, where);
  assert.equal(alone.code, 1);
  assert.match(alone.err, /Nobody can be asked here; say --yes if that is meant/);
  for (const answer of ["", "no", "y", "yess"]) {
    const { code, err } = await typed(args, { ...where, answer });
    assert.equal(code, 1);
    assert.match(err, /This ends the sessions of everybody.*Go on\? \(yes\/no\) hufu: nothing was changed/);
  }
  assert.equal(await fate(hufu, held), "lives");
  assert.equal((await typed(args, { ...where, answer: " Yes\n" })).code, 0);
  assert.equal(await fate(hufu, held), "session_expired, token_revoked reset");
});

test("revoke without a target or a reason, or with an unknown app, changes nothing", async (t) => {
  const { where, hufu, held } = await served(t);
  for (const [args, code, words] of [
    [[], 2, /say whom/],
    [["--all"], 2, /need a --reason/],
    [["--all", "--reason", " "], 2, /need a --reason/],
    [["--all", "--app", "wx-demo", ...REASON], 2, /cannot be used with/],
    [["--app", "wx-dmo", ...REASON], 1, /no client_id "wx-dmo" in the configuration; there are wx-demo/],
  ] as const) {
    const ran = await where.type("revoke", ...args, "--yes");
    assert.equal(ran.code, code, ran.err);
    assert.match(ran.err, words);
  }
  assert.equal(await fate(hufu, held), "lives");
});

test("revoke --app takes a back end's tokens as well, and it gets new ones", async (t) => {
  const orders = { id: "orders-api", secret: "Qx7Lm2Zp9Rt4Vw6Ys1Bn3Cd5Fg8Hj0Kq", permissions: ["order:read:all"] };
  const where = await stack(t, { clients: [orders] });
  const hufu = await serving(t, where);
  const token = async () =>
    (await hufu.protocol.clientCredentials(hufu.protocol.authenticate(orders.id, orders.secret))).accessToken;
  const stolen = await token();
  const check = (access: string) => refusalOf(() => hufu.verifier.check(`Bearer ${access}`));
  assert.equal(await check(stolen), undefined);
  assert.equal((await where.type("revoke", "--app", orders.id, ...REASON, "--yes")).code, 0);
  await until(async () => (await check(stolen)) !== undefined);
  assert.equal(await check(stolen), "token_revoked reset");
  assert.equal(await check(await token()), undefined);
});
