import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect, createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { deployment, freshFolder, refreshWith, runHufu, signInWith, startHufu, typed } from "../hufu.fixture.ts";

test("a server signs in, stops on SIGTERM with 0, and keeps its sessions over a restart", async (t) => {
  const where = await deployment(t);
  const first = await startHufu(["serve", "--config", "hufu.json", "--log-level", "debug"], where);
  const code = where.platform.issueCode({ user: "alice" });
  const { status, body } = await signInWith(first.address, code);
  assert.equal(status, 200);
  assert.equal((await fetch(`${first.address}/auth/readyz`)).status, 200);
  first.child.kill("SIGTERM");
  const ended = await first.ended;
  assert.equal(ended.code, 0, ended.err);
  assert.equal(ended.err, "");

  const lines = ended.out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.filter(({ msg }) => msg === "listening").map(({ issuer }) => issuer),
    ["http://127.0.0.1:8080/auth"],
  );
  assert.equal(lines.at(-1).msg, "stopped");
  assert.ok(lines.some(({ request_id, endpoint }) => typeof request_id === "string" && endpoint === "/oauth/token"));
  const secrets = [
    code,
    String(body["access_token"]),
    String(body["refresh_token"]),
    where.secret,
    "simulated-app-secret",
  ];
  for (const secret of secrets) assert.ok(!ended.out.includes(secret));

  const second = await startHufu(["serve", "--config", "hufu.json"], where);
  const refreshed = await refreshWith(second.address, String(body["refresh_token"]));
  assert.equal(refreshed.status, 200);
  const allowed = new Set(["hufu.json", "hufu.db", "hufu.db-wal", "hufu.db-shm"]);
  assert.deepEqual(
    readdirSync(where.folder).filter((name) => !allowed.has(name)),
    [],
  );
  for (const file of readdirSync(where.folder).filter((name) => name.startsWith("hufu.db"))) {
    const bytes = readFileSync(join(where.folder, file), "latin1");
    assert.ok(!bytes.includes(String(refreshed.body["refresh_token"])) && !bytes.includes(where.secret), file);
  }
  second.child.kill("SIGINT");
  assert.equal((await second.ended).code, 0);
});

test("SIGTERM lets what is under way finish, and refuses with 503 what comes after on an open connection", async (t) => {
  let arrived = (): void => undefined;
  const asked = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  let release = (): void => undefined;
  const platform = createServer((_, response) => {
    release = () =>
      response.end(JSON.stringify({ openid: "o_somebody_in_no_hurry", session_key: "MDEyMzQ1Njc4OWFiY2RlZg==" }));
    arrived();
  });
  platform.listen(0, "127.0.0.1");
  await once(platform, "listening");
  t.after(() => {
    platform.closeAllConnections();
    platform.close();
  });
  const address = platform.address();
  assert.ok(typeof address === "object" && address !== null);
  const endpoint = `http://127.0.0.1:${address.port}`;
  const where = await deployment(t, { apps: [{ appId: "wx-demo", appSecret: "simulated-app-secret", endpoint }] });
  const server = await startHufu(["serve", "--config", "hufu.json"], where);

  const knock = (): Promise<Response | undefined> => fetch(`${server.address}/auth/healthz`).catch(() => undefined);

  // One connection: the second request waits in it behind the first, as on a kept-alive connection of a proxy.
  const { port } = new URL(server.address);
  const socket = connect(Number(port), "127.0.0.1");
  t.after(() => socket.destroy());
  let answers = "";
  socket.setEncoding("utf8").on("data", (words: string) => {
    answers += words;
  });
  const form = "grant_type=urn:hufu:grant-type:login-code&client_id=wx-demo&code=some-login-code";
  socket.write(
    `POST /auth/oauth/token HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: ${form.length}\r\n\r\n${form}`,
  );
  await asked;
  server.child.kill("SIGTERM");
  while (!server.written.out.includes("stopping")) await once(server.child.stdout ?? server.child, "data");
  // A connection that the kernel had accepted already gets 503. After these the port is closed.
  for (let answer = await knock(); answer !== undefined; answer = await knock()) assert.equal(answer.status, 503);
  release();
  await once(socket, "end");
  assert.match(answers, /^HTTP\/1\.1 200 /);
  assert.match(answers, /connection: close/i);
  assert.match(answers, /"refresh_token":"hr1\./);
  assert.equal((await server.ended).code, 0);
});

/** Whose last answer said `Connection: close` may be refused; an open connection may not break. */
function refusedConnection(error: unknown): undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error && cause.message.startsWith("connect ")) return;
  throw error;
}

test("SIGTERM among many refreshes: each is answered or refused, no connection breaks, and every token held works afterwards", async (t) => {
  const where = await deployment(t);
  const first = await startHufu(["serve", "--config", "hufu.json"], where);
  const people = Array.from({ length: 40 }, (_, at) => `user-${at}`);
  const signedIn = await Promise.all(
    people.map((user) => signInWith(first.address, where.platform.issueCode({ user }))),
  );
  let answered = 0;
  let manyAnswered = (): void => undefined;
  const busy = new Promise<void>((resolve) => {
    manyAnswered = resolve;
  });
  const held = signedIn.map(async ({ body }) => {
    let token = String(body["refresh_token"]);
    for (;;) {
      const answer = await refreshWith(first.address, token).catch(refusedConnection);
      if (answer === undefined) return token;
      if (answer.status !== 200) {
        assert.equal(answer.status, 503);
        assert.equal(answer.body["error"], "temporarily_unavailable");
        assert.equal(answer.headers.get("connection"), "close");
        return token;
      }
      token = String(answer.body["refresh_token"]);
      answered += 1;
      if (answered === people.length * 3) manyAnswered();
    }
  });
  await busy;
  first.child.kill("SIGTERM");
  const tokens = await Promise.all(held);
  assert.equal((await first.ended).code, 0);

  const second = await startHufu(["serve", "--config", "hufu.json"], where);
  const again = await Promise.all(tokens.map((token) => refreshWith(second.address, token)));
  assert.deepEqual(
    again.map(({ status }) => status),
    people.map(() => 200),
  );
});

test("a second signal ends it at once", async (t) => {
  const silent = createTcpServer(() => undefined);
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  t.after(() => silent.close());
  const address = silent.address();
  assert.ok(typeof address === "object" && address !== null);
  const endpoint = `http://127.0.0.1:${address.port}`;
  const where = await deployment(t, { apps: [{ appId: "wx-demo", appSecret: "simulated-app-secret", endpoint }] });
  const server = await startHufu(["serve", "--config", "hufu.json"], where);
  const connected = once(silent, "connection");
  const unanswered = signInWith(server.address, "some-login-code").catch((error: unknown) => error);
  const [peer] = await connected;
  server.child.kill("SIGTERM");
  while (!server.written.out.includes("stopping")) await once(server.child.stdout ?? server.child, "data");
  server.child.kill("SIGINT");
  assert.equal((await server.ended).code, 130);
  assert.ok((await unanswered) instanceof Error);
  peer.destroy();
});

test("a server without an app starts, and says that sign-in is not possible", async (t) => {
  const server = await startHufu(["serve", "--config", "hufu.json"], await deployment(t, { apps: [] }));
  assert.match(server.written.out, /"level":"warn",.*"msg":"apps is empty: nobody can sign in"/);
  const usual = await startHufu(["serve", "--config", "hufu.json"], await deployment(t));
  assert.ok(!usual.written.out.includes("nobody can sign in"));
});

test("headers beyond 16 KiB are refused", async (t) => {
  const where = await deployment(t);
  const server = await startHufu(["serve", "--config", "hufu.json"], where);
  const response = await fetch(`${server.address}/auth/healthz`, { headers: { "x-long": "a".repeat(17_000) } });
  assert.equal(response.status, 431);
});

const refusals: readonly (readonly [string, Readonly<Record<string, unknown>>, RegExp])[] = [
  ["a missing environment variable", { secret: ["env:HUFU_NOT_THERE"] }, /secret\[0\].*HUFU_NOT_THERE is not set/],
  ["a missing file", { secret: "file:no-such-file" }, /secret: the file .*no-such-file does not exist/],
  ["a weak secret", { secret: ["changeme-changeme-changeme-changeme"] }, /secret\[0\] looks like a default/],
  ["a short secret", { secret: ["2short"] }, /secret\[0\] is shorter than 32 bytes/],
  [
    "a weak client secret",
    { clients: [{ id: "orders-api", secret: "changeme-abc", permissions: [] }] },
    /clients: the secret of "orders-api" is shorter than 32 bytes; make one with: openssl rand -hex 32/,
  ],
  ["an unknown member", { defaultRole: ["member"] }, /"defaultRole"; did you mean "defaultRoles"\?/],
  [
    "a server that is not Redis",
    { redis: "http://user:a-password@127.0.0.1:6379" },
    /redis: not understood; write redis:\/\/HOST:PORT or rediss:\/\/HOST:PORT$/m,
  ],
  [
    "a PostgreSQL that is not there",
    { database: "postgres://user:a-password@127.0.0.1:1/hufu" },
    /the database cannot be used: .*ECONNREFUSED/,
  ],
  [
    "a MariaDB that is not there",
    { database: "mariadb://user:a-password@127.0.0.1:1/hufu" },
    /the database cannot be used: .*ECONNREFUSED/,
  ],
  ["an invalid port of metrics", { metrics: { port: 94640 } }, /metrics\.port: must be a port from 0 to 65535$/m],
  [
    "a request with a weak secret",
    { resolveUser: { url: "https://x.example", secret: "s" } },
    /resolveUser\.secret: must be whsec_ and base64/,
  ],
  [
    "all of it at once",
    { metrics: { port: 94640 }, resolveUser: { url: "https://x.example", secret: "s" }, issuer: undefined },
    /metrics\.port: .*; issuer is missing; resolveUser\.secret: /,
  ],
  ["a database that nobody knows", { database: "hufu.db" }, /database: not understood; write sqlite:FILE/],
  ["no issuer", { issuer: undefined }, /hufu\.json: issuer is missing$/m],
  ["an issuer over http", { issuer: "http://api.example.com/auth" }, /issuer: .*must be https/],
  ["a database in no folder", { database: "sqlite:nowhere/hufu.db" }, /the folder .*nowhere does not exist/],
  ["a folder as database", { database: "sqlite:." }, /is a folder/],
  ["a database in memory", { database: "sqlite::memory:" }, /memory will not do/],
  ["no apps", { apps: undefined }, /apps is missing/],
];

test("what makes no sense stops the start with one sentence, without a value and without a trace", async (t) => {
  for (const [what, changes, sentence] of refusals) {
    await t.test(what, async (t) => {
      const where = await deployment(t, changes);
      const { code, out, err } = await typed(["serve", "--config", "hufu.json"], where);
      assert.equal(code, 1);
      assert.equal(out, "");
      assert.match(err, sentence);
      assert.equal(err.trimEnd().split("\n").length, 1, err);
      assert.ok(!err.includes("2short") && !err.includes("changeme-") && !err.includes("a-password"));
      assert.deepEqual(readdirSync(where.folder), ["hufu.json"]);
    });
  }
});

test("a port that is taken is told in one sentence, and the process ends", async (t) => {
  const other = createTcpServer();
  other.listen(0, "127.0.0.1");
  await once(other, "listening");
  t.after(() => other.close());
  const address = other.address();
  assert.ok(typeof address === "object" && address !== null);
  const where = await deployment(t, { listen: { host: "127.0.0.1", port: address.port } });
  const { code, err } = await runHufu(["serve", "--config", "hufu.json"], where);
  assert.equal(code, 1);
  assert.equal(err, `hufu: cannot listen on 127.0.0.1:${address.port}: another program uses this port\n`);
  const dev = await runHufu(["serve", "--dev", "--port", String(address.port)], { folder: freshFolder(t) });
  assert.equal(dev.code, 1);
  assert.match(dev.err, /another program uses this port/);
});

test("a file that is no database, and a database with an unknown secret, stop the start", async (t) => {
  const where = await deployment(t);
  writeFileSync(join(where.folder, "hufu.db"), "this is not a database, and long enough to be looked at".repeat(20));
  const broken = await runHufu(["serve", "--config", "hufu.json"], where);
  assert.equal(broken.code, 1);
  assert.match(broken.err, /^hufu: database: \/\S+\/hufu\.db is not an SQLite database\n$/);

  const other = await deployment(t);
  const server = await startHufu(["serve", "--config", "hufu.json"], other);
  server.child.kill("SIGTERM");
  await server.ended;
  const env = { HUFU_TEST_SECRET: "Kd8Wq2Ls5Zx7Cv1Bn4Mj9Hg6Fr3Te0Yu" };
  const foreign = await runHufu(["serve", "--config", "hufu.json"], { ...other, env });
  assert.equal(foreign.code, 1);
  assert.match(
    foreign.err,
    /^hufu: the signing key \S+ in the database cannot be opened: .*Keep the secret of the first start.*\n$/,
  );
});

test("a module may bring functions: apps, resolveUser and hooks", async (t) => {
  const where = await deployment(t);
  const config = JSON.parse(readFileSync(where.config, "utf8"));
  const [app] = config.apps;
  delete config.apps;
  writeFileSync(
    join(where.folder, "hufu.config.ts"),
    `const data: object = ${JSON.stringify(config)};
     const asked = await Promise.resolve("42");
     export default {
       ...data,
       apps: (id: string) => (id === "tenant-1" ? { ...${JSON.stringify(app)}, id } : undefined),
       resolveUser: () => ({ userId: asked }),
     };`,
  );
  writeFileSync(join(where.folder, "package.json"), '{ "type": "module" }');
  const server = await startHufu(["serve", "--config", "hufu.config.ts"], where);
  const { status, body } = await signInWith(server.address, where.platform.issueCode({ user: "bob" }), "tenant-1");
  assert.equal(status, 200);
  assert.equal((body["user"] as { external_id: string }).external_id, "42");
});
