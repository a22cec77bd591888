// What is promised about types here is held by tsc: a guard takes nothing away from what Fastify infers for a route.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fastify, { type FastifyRequest, type FastifyTypeProvider } from "fastify";
import { type RealHufu, startRealHufu } from "../../http/hufu.fixture.ts";
import { createTestHufu } from "../../testing/create-test-hufu.ts";
import { authOf, createGuard, mount } from "./index.ts";

const METADATA = "/.well-known/oauth-authorization-server/api/auth";

let real: RealHufu;
before(async () => {
  real = await startRealHufu("http://localhost/api/auth");
});
after(() => real.close());

test("an issuer without a path leaves the host what is the host's", async () => {
  const app = fastify();
  mount(app, { ...real.hufu, issuer: "http://localhost" });
  app.get("/orders", async () => "host");
  app.setNotFoundHandler(async (_request, reply) => reply.code(404).send("the host's"));
  assert.equal((await app.inject("/orders")).payload, "host");
  assert.equal((await app.inject("/healthz")).statusCode, 200);
  assert.equal((await app.inject({ method: "DELETE", url: "/me/sessions/s_x" })).statusCode, 401);
  for (const path of ["/%68ealthz", "/nothing"]) assert.equal((await app.inject(path)).payload, "the host's", path);
});

test("a context with a prefix serves what is below it; one beside the issuer's path is refused", async () => {
  const app = fastify();
  await app.register(async (api) => mount(api, real.hufu), { prefix: "/api" });
  assert.equal((await app.inject("/api/auth/healthz")).statusCode, 200);
  assert.equal((await app.inject(METADATA)).statusCode, 404);
  const elsewhere = fastify().register(async (other) => mount(other, real.hufu), { prefix: "/other" });
  await assert.rejects(async () => elsewhere, /TypeError: mount: the endpoints are under "\/api\/auth"/);
});

test("headers and hooks of the host hold for the endpoints, streams too", async () => {
  const app = fastify();
  app.addHook("onRequest", async (_request, reply) => {
    reply.headers({ "x-host": "1", "set-cookie": ["a=1", "b=2"] });
  });
  mount(app, real.hufu);
  const guard = createGuard(real.hufu);
  app.get("/orders", { onRequest: guard() }, async () => ({}));
  for (const path of ["/api/auth/healthz", "/orders", METADATA]) {
    const { headers } = await app.inject(path);
    assert.deepEqual([headers["x-host"], headers["set-cookie"]], ["1", ["a=1", "b=2"]], path);
  }
});

test("errors that are no refusals go on past the error handler", async () => {
  const app = fastify();
  const guard = createGuard(real.hufu);
  app.setErrorHandler((error, request, reply) => guard.refusal(error, request, reply) ?? reply.send(error));
  app.get("/fails", async () => {
    throw Object.assign(new Error("the host's own"), { statusCode: 418 });
  });
  const { statusCode, payload } = await app.inject("/fails");
  assert.equal(statusCode, 418);
  assert.match(payload, /the host's own/);
});

test("the host's own words may fail or be left to the error handler, without letting a request through", async () => {
  for (const onRefused of [
    (error: Error): never => {
      throw error;
    },
    (error: Error): Promise<never> => Promise.reject(error),
  ]) {
    const app = fastify();
    app.setErrorHandler(async (_error, _request, reply) => reply.code(500).send("failed"));
    app.get("/orders", { onRequest: createGuard(real.hufu, { onRefused })("order:read") }, async () => "through");
    const { statusCode, payload, headers } = await app.inject("/orders");
    assert.deepEqual([statusCode, payload, headers["hufu-reason"]], [401, "failed", "token_missing"]);
  }
});

interface Provider extends FastifyTypeProvider {
  readonly validator: this["schema"];
}

test("a guard fits every route, with any types, and a hook of a whole context", async () => {
  const { signedIn, verifier } = createTestHufu();
  const headers = { authorization: signedIn({ permissions: ["order:read"] }).authorization };
  const guard = createGuard(verifier);
  const app = fastify();
  const schema = { params: { type: "object", properties: { id: { type: "string" } } } } as const;
  app.get<{ Params: { id: string } }>("/typed/:id", { schema, onRequest: guard() }, async (request) => {
    const { id }: { id: string } = request.params;
    return { id, kind: authOf(request).kind };
  });
  const owner = (request: FastifyRequest<{ Params: { id: string } }>): string => request.params.id;
  app.get("/owner/:id", { onRequest: guard("order:read", { owner }) }, async () => ({}));
  const typed = app.withTypeProvider<Provider>();
  mount(typed, real.hufu);
  typed.get("/provided", { preHandler: [guard.optional()] }, async () => ({}));
  await app.register(async (inner) => {
    inner.addHook("onRequest", guard("order:read"));
    inner.get("/inner", async () => ({}));
  });
  for (const path of ["/typed/7", "/owner/7", "/provided", "/inner"]) {
    assert.equal((await app.inject({ url: path, headers })).statusCode, 200, path);
  }
  assert.equal((await app.inject("/inner")).statusCode, 401);
  assert.throws(() => guard("no permission"), TypeError);
});
