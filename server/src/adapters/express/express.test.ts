import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import express5, { type Request } from "express";
import { HufuError } from "../../core/errors/errors.ts";
import { type RealHufu, startRealHufu } from "../../http/hufu.fixture.ts";
import type { Hufu } from "../../hufu/hufu.ts";
import { authOf, createGuard, findAuth, type GuardOptions, mount } from "./index.ts";

const express4: typeof express5 = createRequire(import.meta.url)("express4");

let real: RealHufu;
let hufu: Hufu;
before(async () => {
  real = await startRealHufu("http://localhost/api/auth");
  hufu = real.hufu;
});
after(() => real.close());

async function ask(handle: RequestListener, path: string): Promise<{ status: number; headers: Headers; text: string }> {
  const server = createServer(handle).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: "close" } });
    return { status: response.status, headers: response.headers, text: await response.text() };
  } finally {
    server.close();
  }
}

const METADATA = "/.well-known/oauth-authorization-server/api/auth";

for (const [version, express] of [
  ["Express 4", express4],
  ["Express 5", express5],
] as const) {
  describe(version, () => {
    test("an application that is mounted first or later, once or twice, serves the metadata at the root", async () => {
      const later = express();
      mount(later, hufu);
      const first = express();
      first.use("/api", later);
      assert.equal((await ask(first, METADATA)).status, 200);
      assert.equal((await ask(first, "/api/auth/healthz")).status, 200);

      const inner = express();
      const root = express();
      root.use("/api", inner);
      mount(inner, hufu);
      assert.equal((await ask(root, METADATA)).status, 200);

      const leaf = express();
      mount(leaf, hufu);
      const middle = express();
      middle.use("/auth", leaf);
      const top = express();
      top.use("/api", middle);
      assert.equal((await ask(top, METADATA)).status, 200);
      assert.equal((await ask(top, "/api/auth/healthz")).status, 200);
    });

    test("a router below a path serves the endpoints", async () => {
      const router = express.Router();
      mount(router, hufu);
      const app = express();
      app.use("/api", router);
      assert.equal((await ask(app, "/api/auth/healthz")).status, 200);
    });

    test("an issuer without a path leaves the host what is the host's", async () => {
      const app = express();
      mount(app, { ...hufu, issuer: "http://localhost" });
      app.get("/orders", (_request, response) => {
        response.json({ host: true });
      });
      assert.equal((await ask(app, "/orders")).text, '{"host":true}');
      assert.equal((await ask(app, "/healthz")).status, 200);
      assert.match((await ask(app, "/nothing")).text, /Cannot GET/);
    });

    test("a refusal may be left to the host's error handler, as itself", async () => {
      const app = express();
      const guard = createGuard(hufu, { onRefused: (error, _request, _response, next) => next(error) });
      app.get("/orders", guard("order:read"));
      const seen: unknown[] = [];
      const answer: express5.ErrorRequestHandler = (error, _request, response, _next) => {
        seen.push(error);
        response.status(200).json({ host: "refuses" });
      };
      app.use(answer);
      const { status, headers, text } = await ask(app, "/orders");
      assert.ok(seen[0] instanceof HufuError);
      assert.deepEqual([status, text], [401, '{"host":"refuses"}']);
      assert.equal(headers.get("hufu-reason"), "token_missing");
      assert.equal(headers.get("www-authenticate"), 'Bearer realm="hufu"');
    });

    test("the host's own words may fail without letting a request through", async () => {
      for (const onRefused of [
        (): never => {
          throw new Error("the host's own");
        },
        (): Promise<never> => Promise.reject(new Error("the host's own")),
        (): Promise<never> => Promise.reject(),
        ...[undefined, null, "route", "router"].map(
          (given) =>
            (...[, , , next]: Parameters<NonNullable<GuardOptions["onRefused"]>>): void =>
              next(given),
        ),
      ]) {
        const app = express();
        app.get("/orders", createGuard(hufu, { onRefused })("order:read"), (_request, response) => {
          response.end("through");
        });
        const quiet: express5.ErrorRequestHandler = (_error, _request, response, _next) => {
          response.status(500).end("failed");
        };
        app.use(quiet);
        const { status, headers, text } = await ask(app, "/orders");
        assert.deepEqual([status, text], [401, "failed"]);
        assert.equal(headers.get("hufu-reason"), "token_missing");
      }
    });

    test("the host's own words may be said as Express says them", async () => {
      const app = express();
      const guard = createGuard(hufu, { onRefused: (error, _, response) => response.json({ word: error.reason }) });
      app.get("/orders", guard("order:read"));
      const { status, headers, text } = await ask(app, "/orders");
      assert.deepEqual([status, text], [401, '{"word":"token_missing"}']);
      assert.match(headers.get("content-type") ?? "", /^application\/json/);
    });

    test("errors that are no refusals pass the error handler by", async () => {
      const app = express();
      app.get("/fails", () => {
        throw new Error("the host's own");
      });
      const guard = createGuard(hufu);
      app.use(guard.refusals);
      const last: express5.ErrorRequestHandler = (error, _request, response, _next) => {
        response.status(500).end(String(error));
      };
      app.use(last);
      assert.equal((await ask(app, "/fails")).text, "Error: the host's own");
    });
  });
}

test("a handler without a guard learns that no caller was let through, even if other code set request.auth", () => {
  const request = { auth: { sub: "u_1" } };
  assert.throws(() => authOf(request), TypeError);
  assert.equal(findAuth(request), undefined);
});

test("a guard takes an owner from a request that is typed by its route", () => {
  const guard = createGuard(hufu);
  const app = express5();
  app.get("/orders/:id", guard("order:read", { owner: (request: Request<{ id: string }>) => request.params.id }));
  assert.throws(() => guard("no permission"), TypeError);
});
