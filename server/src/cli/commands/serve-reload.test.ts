import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { until } from "../../core/until.fixture.ts";
import { deployment, refreshWith, signInWith, startHufu } from "../hufu.fixture.ts";

const SERVE = ["serve", "--config", "hufu.json"];
const NEXT_SECRET = "Kd8Wq2Ls5Zx7Cv1Bn4Mj9Hg6Fr3Te0Yu";

test("SIGHUP reads secrets, apps, clients, log level and access log again, and no request fails meanwhile", async (t) => {
  const where = await deployment(t);
  const env = { ...where.env, HUFU_NEXT_SECRET: NEXT_SECRET };
  const server = await startHufu(SERVE, { ...where, env });
  const first = await signInWith(server.address, where.platform.issueCode({ user: "alice" }));
  let token = String(first.body["refresh_token"]);

  const statuses = new Set<number>();
  let isOver = false;
  const refreshing = (async () => {
    while (!isOver) {
      const { status, body } = await refreshWith(server.address, token);
      statuses.add(status);
      token = String(body["refresh_token"]);
    }
  })();
  const config = JSON.parse(readFileSync(where.config, "utf8"));
  const [app] = config.apps;
  const changed = {
    ...config,
    secret: ["env:HUFU_NEXT_SECRET", "env:HUFU_TEST_SECRET"],
    apps: [app, { ...app, id: "second" }],
    logLevel: "debug",
    accessLog: true,
  };
  writeFileSync(where.config, JSON.stringify(changed));
  server.child.kill("SIGHUP");
  await until(() => server.written.out.includes("the configuration was read again and is in force"));
  const second = await signInWith(server.address, where.platform.issueCode({ user: "bob" }), "second");
  assert.equal(second.status, 200);
  await until(() => server.written.out.includes('"level":"debug"'));
  await until(() =>
    /"endpoint":"\/oauth\/token","status":200,.*"client_id":"second".*"msg":"request"/.test(server.written.out),
  );
  isOver = true;
  await refreshing;
  assert.deepEqual([...statuses], [200]);
  assert.equal((await refreshWith(server.address, token)).status, 200);

  writeFileSync(where.config, JSON.stringify({ ...changed, aps: [] }));
  server.child.kill("SIGHUP");
  await until(() => server.written.out.includes("the configuration cannot be used; the earlier one stays in force"));
  assert.match(server.written.out, /there is no option \\"aps\\"; did you mean \\"apps\\"/);
  assert.equal((await refreshWith(server.address, token)).status, 200);

  server.child.kill("SIGINT");
  assert.equal((await server.ended).code, 0);
});

test("a configuration with which Hufu cannot start changes nothing, its log level and access log neither", async (t) => {
  const where = await deployment(t);
  const server = await startHufu(SERVE, where);
  const config = JSON.parse(readFileSync(where.config, "utf8"));
  const unusable = { ...config, database: "sqlite:no/such/folder/hufu.db", logLevel: "error", accessLog: true };
  writeFileSync(where.config, JSON.stringify(unusable));
  server.child.kill("SIGHUP");
  await until(() => server.written.out.includes("the earlier one stays in force"));
  assert.equal((await signInWith(server.address, where.platform.issueCode({ user: "alice" }))).status, 200);
  server.child.kill("SIGINT");
  assert.equal((await server.ended).code, 0);
  assert.ok(!server.written.out.includes('"msg":"request"'), "no access log was asked for");
  assert.ok(server.written.out.includes('"msg":"stopped"'), "lines of level info are still written");
});

test("a module is read again too, and a change of listen is announced for the next start; SIGUSR2 logs everything", async (t) => {
  const where = await deployment(t);
  const config = JSON.parse(readFileSync(where.config, "utf8"));
  const file = where.config.replace(/json$/, "mjs");
  writeFileSync(file, `export default ${JSON.stringify({ ...config, apps: [] })}`);
  const server = await startHufu(["serve", "--config", "hufu.mjs"], where);
  const code = where.platform.issueCode({ user: "alice" });
  assert.equal((await signInWith(server.address, code)).status, 401);
  writeFileSync(file, `export default ${JSON.stringify({ ...config, drain: "1s" })}`);
  server.child.kill("SIGHUP");
  await until(() => server.written.out.includes("was read again and is in force"));
  assert.match(server.written.out, /listen, metrics or drain has changed/);
  assert.equal((await signInWith(server.address, where.platform.issueCode({ user: "alice" }))).status, 200);
  assert.ok(!server.written.out.includes('"msg":"request"'));
  server.child.kill("SIGUSR2");
  await until(() => server.written.out.includes("SIGUSR2: everything is logged for a while"));
  await signInWith(server.address, "no-code");
  await until(() => server.written.out.includes('"msg":"answered"'));
  const ended = once(server.child, "exit");
  server.child.kill("SIGINT");
  assert.deepEqual(await ended, [0, null]);
});
