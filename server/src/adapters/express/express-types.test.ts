// Half of what is promised here is held by tsc: with Express's own types, a guard takes nothing away from a handler's.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import express, { type Request } from "express";
import { createTestHufu } from "../../testing/create-test-hufu.ts";
import { createGuard } from "./index.ts";

type IsAny<Type> = 0 extends 1 & Type ? true : false;

const { signedIn, verifier } = createTestHufu();
const auth = await verifier.check(signedIn({ permissions: ["order:read"] }).authorization);
const guard = createGuard({ check: () => auth });

test("behind a guard of any kind, route parameters are texts and a body has the type that it has without one", async (t) => {
  const seen: string[] = [];
  const app = express();
  app.get("/none/:id", guard(), (request, response) => {
    const id: string = request.params.id;
    seen.push(id);
    response.json({});
  });
  app.get("/permission/:id", guard("order:read:own"), (request, response) => {
    const id: string = request.params.id;
    seen.push(id);
    response.status(200).json({});
  });
  app.get("/guests/:id", guard.optional(), (request, response) => {
    const id: string = request.params.id;
    seen.push(id);
    response.json({});
  });
  app.get(
    "/owner/:id",
    guard("order:read", { owner: (request: Request<{ id: string }>) => request.params.id }),
    (request, response) => {
      const id: string = request.params.id;
      seen.push(id);
      response.json({});
    },
  );
  app.get(
    "/any-owner/:id",
    guard("order:read", { owner: (request) => String(request.params["id"]) }),
    (request, response) => {
      const id: string = request.params.id;
      seen.push(id);
      response.json({});
    },
  );
  app.post("/body/:id", express.json(), guard("order:read"), (request, response) => {
    const id: string = request.params.id;
    const body: IsAny<typeof request.body> = true;
    const answer: IsAny<Parameters<typeof response.json>[0]> = true;
    seen.push(id, request.body.item, String(body && answer));
    response.json({});
  });
  app.get("/many/:id", guard(), guard("order:read"), (request, response) => {
    const id: string = request.params.id;
    // @ts-expect-error the path has no such parameter, and a guard does not hide that
    const other: unknown = request.params.other;
    seen.push(id, String(other));
    response.json({});
  });

  const server = createServer(app).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const ask = async (path: string, init: RequestInit = {}): Promise<void> => {
    const headers = { connection: "close", "content-type": "application/json" };
    assert.equal((await fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers })).status, 200, path);
  };
  for (const route of ["none", "permission", "guests", "owner", "any-owner"]) await ask(`/${route}/${route}-1`);
  await ask("/body/body-1", { method: "POST", body: '{"item":"tea"}' });
  await ask("/many/many-1");
  assert.deepEqual(seen, [
    ...["none-1", "permission-1", "guests-1", "owner-1", "any-owner-1"],
    ...["body-1", "tea", "true"],
    ...["many-1", "undefined"],
  ]);
});
