import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import express from "express";
import { createGuard, type Verifying } from "../adapters/express/index.ts";
import { createTestHufu } from "./create-test-hufu.ts";

/** A realistic back end: it takes the verifier that its guards ask. */
function createShop(verifying: Verifying<Readonly<Record<string, unknown>>>): express.Express {
  const guard = createGuard(verifying);
  const app = express();
  app.get(
    "/orders/:id",
    guard("order:read:own"),
    (request, response) => void response.json({ id: request.params["id"] }),
  );
  return app;
}

test("a host tests its own routes in a line for each kind of caller", async (t) => {
  const hufu = createTestHufu({ roles: { member: ["order:read:own"], guest: [] } });
  const server = createShop(hufu.verifier).listen(0);
  t.after(() => server.close());
  await once(server, "listening");
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/orders/7`;
  const status = async ({ authorization }: { authorization: string }): Promise<number> =>
    (await fetch(url, { headers: { authorization } })).status;

  assert.equal(await status(hufu.signedIn({ roles: ["member"] })), 200);
  assert.equal(await status(hufu.signedIn({ roles: ["guest"] })), 403);
  assert.equal(await status(hufu.expired({ roles: ["member"] })), 401);
  assert.equal(await status(hufu.stale({ roles: ["member"] })), 401);
  assert.equal(await status(hufu.kicked({ roles: ["member"] })), 401);
  assert.equal(await status(hufu.client({ permissions: ["order:read"] })), 200);
});
