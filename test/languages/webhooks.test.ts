import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createSimulatedWeChat } from "@hufu/simulator";
import { createReceiver } from "../../examples/webhooks/receiver.ts";
import { freshFolder } from "../../server/src/cli/hufu.fixture.ts";
import { silentLogger } from "../../server/src/core/log/log.ts";
import { until } from "../../server/src/core/until.fixture.ts";
import { createHufu } from "../../server/src/hufu/create-hufu.ts";
import { webhookSecret } from "../../server/src/webhooks/receiver.fixture.ts";
import { secretNamed } from "../stack/stack.fixture.ts";
import { startBackend } from "./other-backend.fixture.ts";

const PYTHON = "/usr/bin/python3";
const FOLDER = fileURLToPath(new URL("../../examples/webhooks/", import.meta.url));
const OLD = webhookSecret("old");
const NEW = webhookSecret("new");

interface Example {
  readonly url: string;
  /** Its own tables. */
  readonly database: DatabaseSync;
}

async function startExpress(t: TestContext): Promise<Example> {
  const database = new DatabaseSync(":memory:");
  const server = createServer(createReceiver(database, [OLD, NEW]));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
    database.close();
  });
  const { port } = server.address() as { readonly port: number };
  return { url: `http://127.0.0.1:${port}/hufu`, database };
}

async function startPython(t: TestContext): Promise<Example> {
  const file = join(freshFolder(t), "users.db");
  const env = { DATABASE: file, HUFU_HOOK_SECRETS: `${OLD} ${NEW}` };
  const { url, close } = await startBackend(PYTHON, ["-B", "receiver.py"], { cwd: FOLDER, env });
  const database = new DatabaseSync(file, { timeout: 30_000 });
  t.after(async () => {
    database.close();
    await close();
  });
  return { url: `${url}/hufu`, database };
}

function usersOf({ database }: Example): readonly unknown[] {
  return database
    .prepare("select id, openid is not null as known, sign_ins from users")
    .all()
    .map((row) => ({ ...row }));
}

/** The specification by hand. */
function headersOf(secret: string, id: string, at: number, body: string): Record<string, string> {
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${at}.${body}`).digest("base64");
  const headers = { "webhook-id": id, "webhook-timestamp": String(at), "webhook-signature": `v1,${signature}` };
  return { ...headers, "content-type": "application/json" };
}

async function send(example: Example, body: string, headers: Record<string, string>): Promise<number> {
  const signal = AbortSignal.timeout(30_000);
  const response = await fetch(example.url, { method: "POST", body, headers, signal });
  await response.body?.cancel();
  return response.status;
}

for (const [what, start] of [
  ["Express", startExpress],
  ["Python", startPython],
] as const) {
  test(`the receiver in ${what} answers resolveUser, and handles a sign-in and a closed account`, async (t) => {
    const example = await start(t);
    const wechat = createSimulatedWeChat({ apps: [{ appId: "wx-demo", appSecret: "simulated-app-secret" }] });
    const { url: endpoint, close } = await wechat.listen();
    t.after(close);
    const { url } = example;
    const hufu = await createHufu({
      issuer: "https://api.example.com/auth",
      secret: secretNamed("webhooks"),
      database: `sqlite:${join(freshFolder(t), "hufu.db")}`,
      apps: [{ appId: "wx-demo", appSecret: "simulated-app-secret", endpoint }],
      resolveUser: { url, secret: [NEW, OLD] },
      webhooks: [{ id: "users", url, secret: NEW }],
      log: silentLogger,
    });
    t.after(() => hufu.close());
    const code = wechat.issueCode({ appId: "wx-demo", user: "alice" });
    const { user } = await hufu.protocol.signIn({ clientId: "wx-demo", code });
    assert.equal(user?.externalId, "1");
    await until(async () => (await hufu.deliveries.counts()).length === 0);
    assert.deepEqual(usersOf(example), [{ id: 1, known: 1, sign_ins: 1 }]);
    await hufu.users.close({ externalId: "1" });
    await until(async () => (await hufu.deliveries.counts()).length === 0);
    assert.deepEqual(usersOf(example), [{ id: 1, known: 0, sign_ins: 1 }]);
  });

  test(`the receiver in ${what} refuses what is forged, changed or old, and does once what comes twice`, async (t) => {
    const example = await start(t);
    example.database.exec("insert into users (id, openid) values (7, 'o-7')");
    const body = JSON.stringify({ type: "user.signed_in", data: { external_id: "7" } });
    const now = Math.floor(Date.now() / 1000);
    const good = headersOf(OLD, "start_s_1", now, body);
    const bad: Readonly<Record<string, Record<string, string>>> = {
      "no signature": { "content-type": "application/json" },
      "another secret": headersOf(webhookSecret("other"), "start_s_1", now, body),
      "another id": { ...good, "webhook-id": "start_s_2" },
      "another time": { ...good, "webhook-timestamp": String(now + 1) },
      "another version": { ...good, "webhook-signature": good["webhook-signature"]?.replace("v1,", "v2,") ?? "" },
      "six minutes old": headersOf(OLD, "start_s_1", now - 360, body),
      "six minutes ahead": headersOf(OLD, "start_s_1", now + 360, body),
      "no time": headersOf(OLD, "start_s_1", Number.NaN, body),
    };
    for (const [how, headers] of Object.entries(bad)) assert.equal(await send(example, body, headers), 401, how);
    assert.equal(await send(example, `${body} `, good), 401, "another body");
    assert.deepEqual(usersOf(example), [{ id: 7, known: 1, sign_ins: 0 }]);
    assert.equal(await send(example, body, good), 204);
    assert.equal(
      await send(example, body, headersOf(NEW, "start_s_1", now + 1, body)),
      204,
      "repeated, under the new secret",
    );
    assert.deepEqual(usersOf(example), [{ id: 7, known: 1, sign_ins: 1 }]);
  });

  test(`the receiver in ${what} is not held up by a caller who says nothing more`, async (t) => {
    const example = await start(t);
    const silent = connect({ host: "127.0.0.1", port: Number(new URL(example.url).port) });
    t.after(() => silent.destroy());
    silent.on("error", () => undefined);
    await new Promise<void>((sent) =>
      silent.write("POST /hufu HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", () => sent()),
    );
    const body = JSON.stringify({ type: "user.closed", data: { external_id: "7" } });
    const at = Math.floor(Date.now() / 1000);
    assert.equal(await send(example, body, headersOf(OLD, "close_u_1", at, body)), 204);
  });
}
