import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startApache } from "../infrastructure/apache.fixture.ts";
import { BACKEND } from "../stack/served.fixture.ts";
import { type HufuForOthers, serveHufuForOthers } from "./hufu-for-others.fixture.ts";
import { assertVerifies, EXAMPLES, statusOf, timeToRefusal } from "./other-backend.fixture.ts";

describe("Apache with mod_oauth2", () => {
  let hufu: HufuForOthers;
  let url: string;
  let close: () => Promise<void>;

  before(async () => {
    hufu = await serveHufuForOthers();
    const configuration = readFileSync(join(EXAMPLES, "apache", "hufu.conf"), "utf8")
      .replaceAll("https://api.example.com/auth", hufu.issuer)
      .replaceAll("https://orders.example.com", hufu.audience)
      .replaceAll(`\${ORDERS_SECRET}`, BACKEND.secret);
    const apache = await startApache(configuration, ["orders", "payments"]);
    url = `http://127.0.0.1:${apache.port}`;
    close = apache.close;
  });
  after(async () => {
    await close();
    await hufu.close();
  });

  test("by the published keys", async () => {
    const backend = { url, path: "/orders" };
    await assertVerifies(backend, hufu, ["another typ"]);
    const token = await hufu.signIn("carol");
    await hufu.kick(token);
    assert.equal(await statusOf(backend, token), 200, "what it cannot see: a revoked token passes until it expires");
  });

  test("by introspection", async (t) => {
    const backend = { url, path: "/payments" };
    await assertVerifies(backend, hufu);
    t.diagnostic(`refused ${Math.round(await timeToRefusal(backend, hufu))} ms after the end`);
  });
});
