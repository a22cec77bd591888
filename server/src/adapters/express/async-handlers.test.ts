import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { describe, type TestContext, test } from "node:test";
import express5, { type Express, type NextFunction, type Request, type Response } from "express";
import { createTestHufu } from "../../testing/create-test-hufu.ts";
import { authOf, createGuard } from "./index.ts";

/** Its types are those of Express 5 here, as far as these tests go. */
const express4: typeof express5 = createRequire(import.meta.url)("express4");

const { verifier, signedIn } = createTestHufu();
const guard = createGuard({ verifier });
const { authorization } = signedIn({ permissions: ["order:read:own"] });

async function ask(t: TestContext, app: Express, path: string): Promise<{ status: number; text: string }> {
  const server = createServer(app).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization, connection: "close" } });
  return { status: response.status, text: await response.text() };
}

/** What a handler may do with `auth` that throws: a refusal, and mistakes. */
const THROWS: readonly (readonly [string, (request: object) => unknown, number])[] = [
  ["ownerFilter", (request) => authOf(request).ownerFilter("secret:read"), 403],
  ["can", (request) => authOf(request).can("no permission at all"), 500],
  ["reach", (request) => authOf(request).reach(""), 500],
  ["owns", (request) => Reflect.apply(authOf(request).owns, undefined, [42]), 500],
  ["authOf", () => authOf({}), 500],
];

for (const [version, express] of [
  ["Express 4", express4],
  ["Express 5", express5],
] as const) {
  describe(version, () => {
    for (const [what, act, status] of THROWS) {
      const handler = async (request: Request, response: Response): Promise<void> => {
        await Promise.resolve();
        response.json(act(request));
      };
      const faults = (_error: unknown, _request: Request, response: Response, _next: NextFunction): void => {
        response.status(500).send("the application's own words");
      };

      test(`an async handler whose ${what} throws is answered, with guard.refusals and an own error handler`, async (t) => {
        const app = express();
        app.get("/list", guard(), handler);
        app.use(guard.refusals);
        app.use(faults);
        const answer = await ask(t, app, "/list");
        assert.equal(answer.status, status);
        assert.match(answer.text, status === 403 ? /"reason":"permission_denied"/ : /the application's own words/);
      });

      test(`an async handler whose ${what} throws is answered by Express where nothing else does`, async (t) => {
        const app = express();
        app.set("env", "test");
        app.get("/list", guard("order:read:own"), handler);
        assert.equal((await ask(t, app, "/list")).status, status);
      });
    }

    test("it is answered in a router behind a guard for all its routes, and behind guard.optional()", async (t) => {
      const handler = async (request: Request, response: Response): Promise<void> => {
        await Promise.resolve();
        response.json(authOf(request).ownerFilter("secret:read"));
      };
      const router = express.Router();
      router.get("/list", handler);
      const app = express();
      app.use("/guarded", guard(), router);
      app.get("/optional", guard.optional(), handler);
      app.use(guard.refusals);
      assert.equal((await ask(t, app, "/guarded/list")).status, 403);
      assert.equal((await ask(t, app, "/optional")).status, 403);
    });
  });
}
