import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { startRedisServer } from "../../store/hot/redis/redis-server.fixture.ts";
import { deployment, startHufu, typed } from "../hufu.fixture.ts";

interface Checked {
  readonly code: number | null;
  readonly ok: boolean;
  readonly checks: readonly { readonly what: string; readonly level: string; readonly text: string }[];
}

async function check(t: TestContext, changes: Readonly<Record<string, unknown>>): Promise<Checked> {
  const where = await deployment(t, changes);
  return checkIn(where);
}

async function checkIn(where: Parameters<typeof typed>[1]): Promise<Checked> {
  const { code, out, err } = await typed(["check", "--config", "hufu.json", "--json"], where);
  assert.equal(err, "");
  assert.ok(!out.includes("simulated-app-secret") && !out.includes("a-password"));
  return { code, ...JSON.parse(out) };
}

const levelOf = ({ checks }: Checked, what: string) => checks.find((one) => one.what === what)?.level;
const textOf = ({ checks }: Checked, what: string) => checks.find((one) => one.what === what)?.text ?? "";

/** An issuer that does not answer: the server of the deployment is not started. */
const ISSUER = { issuer: "http://127.0.0.1:1/auth" };

test("what is ready before the first start is ok, and an issuer that does not answer yet is a warning", async (t) => {
  const checked = await check(t, ISSUER);
  assert.equal(checked.code, 0, JSON.stringify(checked));
  assert.equal(checked.ok, true);
  assert.deepEqual(
    checked.checks.map(({ what, level }) => [what, level]),
    [
      ["configuration", "ok"],
      ["database", "ok"],
      ["redis", "ok"],
      ["app wx-demo", "ok"],
      ["issuer", "warning"],
    ],
  );
  assert.match(textOf(checked, "app wx-demo"), /accepts its appId and appSecret/);
  assert.match(textOf(checked, "issuer"), /127\.0\.0\.1:1\/auth\/\.well-known.* is not reached from here: bad port/);
});

test("beside a running server everything is ok, also the clock and the signing keys", async (t) => {
  const free = createServer().listen(0, "127.0.0.1");
  await once(free, "listening");
  const address = free.address();
  assert.ok(typeof address === "object" && address !== null);
  free.close();
  await once(free, "close");
  const { port } = address;
  const where = await deployment(t, { listen: { port }, issuer: `http://127.0.0.1:${port}/auth` });
  await startHufu(["serve", "--config", "hufu.json"], where);
  const checked = await checkIn(where);
  assert.deepEqual(
    checked.checks.filter(({ level }) => level !== "ok"),
    [],
  );
  assert.match(textOf(checked, "secret"), /opens 1 signing key of the database/);
  assert.match(textOf(checked, "clock"), /agree on the time/);
  const other = { ...where, env: { HUFU_TEST_SECRET: "Kd8Wq2Ls5Zx7Cv1Bn4Mj9Hg6Fr3Te0Yu" } };
  const foreign = await checkIn(other);
  assert.equal(foreign.code, 1);
  assert.match(textOf(foreign, "secret"), /sealed with a secret that `secret` does not list/);
});

test("each mistake is one error with what to do, and the exit code is 1", async (t) => {
  const cases: readonly (readonly [Readonly<Record<string, unknown>>, string, RegExp])[] = [
    [{ secret: "short" }, "configuration", /secret is shorter than 32 bytes; make one with/],
    [{ apps: [{ appId: "wx1", appSecret: "s", unionscope: null }] }, "configuration", /did you mean "unionScope"/],
    [{ clients: [{ id: "orders", secret: "short", permissions: [] }] }, "clients", /clients\[0\]\.secret is shorter/],
    [{ database: "postgres://user:a-password@127.0.0.1:1/hufu" }, "database", /ECONNREFUSED/],
    [{ database: "sqlite:nowhere/hufu.db" }, "database", /the folder .*nowhere does not exist/],
    [
      { apps: [{ appId: "wx-demo", appSecret: "wrong", endpoint: "http://127.0.0.1:1" }] },
      "app wx-demo",
      /http:\/\/127\.0\.0\.1:1: .*platform/i,
    ],
  ];
  for (const [changes, what, text] of cases) {
    const checked = await check(t, { ...ISSUER, ...changes });
    assert.equal(checked.code, 1, JSON.stringify(checked));
    assert.equal(levelOf(checked, what), "error", JSON.stringify(checked));
    assert.match(textOf(checked, what), text);
  }
});

test("an app secret that the platform does not know is an error that names the errcode", async (t) => {
  const where = await deployment(t, ISSUER);
  const right = await checkIn(where);
  const endpoint = /(http:\S+) answers/.exec(textOf(right, "app wx-demo"))?.[1];
  const wrong = await check(t, { ...ISSUER, apps: [{ appId: "wx-demo", appSecret: "not-its-secret", endpoint }] });
  assert.equal(wrong.code, 1);
  assert.match(textOf(wrong, "app wx-demo"), /40125/);
});

test("a Redis that refuses the password or the user's rights is an error that says so", async (t) => {
  const server = await startRedisServer({
    settings: [
      ["requirepass", "the-right-password"],
      ["user", "limited on >the-right-password ~hufu:* +ping +set +del +info +client"],
    ],
  });
  t.after(() => server.close());
  const at = (who: string) => ({ ...ISSUER, redis: `redis://${who}@127.0.0.1:${server.port}` });
  assert.match(textOf(await check(t, at(":a-password")), "redis"), /^Redis refuses the password/);
  const limited = await check(t, at("limited:the-right-password"));
  assert.equal(limited.code, 1);
  assert.match(textOf(limited, "redis"), /^Redis does not let this user use the \w+ that Hufu needs/);
  assert.equal(levelOf(await check(t, at(":the-right-password")), "redis"), "ok");
});

test("without --json each finding is one line", async (t) => {
  const { out } = await typed(["check", "--config", "hufu.json"], await deployment(t, ISSUER));
  assert.match(out, /^LEVEL\s+CHECK\s+FOUND\nok\s+configuration\s+hufu\.json is valid\n/);
});
