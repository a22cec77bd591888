import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import Router from "@koa/router";
import Koa from "koa";
import { type RealHufu, startRealHufu } from "../../http/hufu.fixture.ts";
import { createGuard, mount } from "./index.ts";

let real: RealHufu;
before(async () => {
  real = await startRealHufu("http://localhost");
});
after(() => real.close());

async function ask(app: Koa, path: string): Promise<{ status: number; headers: Headers; text: string }> {
  app.silent = true;
  const answer = app.callback();
  const server = createServer((request, response) => void answer(request, response)).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: "close" } });
    return { status: response.status, headers: response.headers, text: await response.text() };
  } finally {
    server.close();
  }
}

test("an issuer without a path leaves the host what is the host's", async () => {
  const app = new Koa();
  mount(app, real.hufu);
  app.use((ctx) => {
    ctx.body = "host";
  });
  assert.equal((await ask(app, "/orders")).text, "host");
  assert.equal((await ask(app, "/healthz")).text, '{"status":"ok"}');
  assert.equal((await ask(app, "/%68ealthz")).text, "host");
});

test("middleware around the endpoints sees their status and adds to their headers", async () => {
  const app = new Koa();
  const seen: number[] = [];
  app.use(async (ctx, next) => {
    await next();
    seen.push(ctx.status);
    ctx.set("X-Host", "1");
  });
  mount(app, real.hufu);
  const router = new Router();
  router.get("/orders", createGuard(real.hufu)(), (ctx) => {
    ctx.body = {};
  });
  app.use(router.routes());
  for (const path of ["/healthz", "/me", "/orders"])
    assert.equal((await ask(app, path)).headers.get("x-host"), "1", path);
  assert.deepEqual(seen, [200, 401, 401]);
});

test("the host's own words may fail or be left to its middleware, without letting a request through", async () => {
  for (const onRefused of [
    (error: Error): never => {
      throw error;
    },
    (error: Error): Promise<never> => Promise.reject(error),
  ]) {
    const app = new Koa();
    app.use(async (ctx, next) => {
      await next().catch(() => {
        ctx.body = "failed";
      });
    });
    app.use(createGuard(real.hufu, { onRefused })("order:read"));
    app.use((ctx) => {
      ctx.body = "through";
    });
    const { status, headers, text } = await ask(app, "/orders");
    assert.deepEqual([status, text, headers.get("hufu-reason")], [401, "failed", "token_missing"]);
  }
});

test("errors that are no refusals pass the middleware for refusals by", async () => {
  const app = new Koa();
  app.use(createGuard(real.hufu).refusals);
  app.use(() => {
    throw Object.assign(new Error("the host's own"), { status: 418, expose: true });
  });
  const { status, text } = await ask(app, "/orders");
  assert.deepEqual([status, text], [418, "the host's own"]);
});
