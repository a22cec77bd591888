import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Hono } from "hono";
import { type RealHufu, startRealHufu } from "../../http/hufu.fixture.ts";
import { createGuard, mount } from "./index.ts";

let real: RealHufu;
before(async () => {
  real = await startRealHufu("http://localhost");
});
after(() => real.close());

test("an issuer without a path leaves the host what is the host's", async () => {
  const app = new Hono();
  mount(app, real.hufu);
  app.get("/orders", (c) => c.text("host"));
  assert.equal(await (await app.request("/orders")).text(), "host");
  assert.equal((await app.request("/healthz")).status, 200);
  assert.equal((await app.request("/.well-known/oauth-authorization-server")).status, 200);
  assert.equal((await app.request("/me/sessions/s_x", { method: "DELETE" })).status, 401);
  assert.equal(await (await app.request("/%68ealthz")).text(), "404 Not Found");
});

test("the host's own words may come later, and keep what must stay", async () => {
  const app = new Hono();
  const guard = createGuard(real.hufu, { onRefused: (error, c) => Promise.resolve(c.text(error.reason, 200)) });
  app.get("/orders", guard("order:read"), (c) => c.text("through"));
  const response = await app.request("/orders");
  assert.deepEqual([response.status, await response.text()], [401, "token_missing"]);
  assert.equal(response.headers.get("hufu-reason"), "token_missing");
  assert.equal(response.headers.get("www-authenticate"), 'Bearer realm="hufu"');
});

test("an error in the host's own answer lets no request through", async () => {
  for (const onRefused of [
    (): never => {
      throw new Error("the host's own");
    },
    (): Promise<never> => Promise.reject(new Error("the host's own")),
  ]) {
    const app = new Hono();
    app.get("/orders", createGuard(real.hufu, { onRefused })("order:read"), (c) => c.text("through"));
    app.onError((error, c) => c.text(String(error), 500));
    const response = await app.request("/orders");
    assert.deepEqual([response.status, await response.text()], [500, "Error: the host's own"]);
  }
});

test("what is no refusal is not answered as one", async () => {
  const guard = createGuard(real.hufu);
  const app = new Hono();
  app.get("/", (c) => c.json(guard.refusal(new Error("the host's own"), c) === undefined));
  assert.equal(await (await app.request("/")).text(), "true");
});

test("what cannot be a guard is refused when it is made", () => {
  assert.throws(() => createGuard(real.hufu)("no permission"), TypeError);
});
