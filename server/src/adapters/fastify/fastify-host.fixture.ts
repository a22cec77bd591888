import { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import type { Hufu } from "../../hufu/hufu.ts";
import { breaksOff, DIGEST, LARGE_HEADERS } from "../stage.fixture.ts";
import * as forFastify from "./index.ts";

type OwnerRequest = FastifyRequest<{ Params: { owner: string } }>;

/** A back end on Fastify; Hufu in its root, or in a context with a prefix. */
export async function fastifyHost(hufu: Hufu, place: "root" | "below"): Promise<FastifyInstance> {
  const app = fastify({ http: LARGE_HEADERS });
  app.setErrorHandler(
    (error, request, reply) =>
      forFastify.createGuard(hufu).refusal(error, request, reply) ?? reply.code(500).send({ host: "failed" }),
  );
  app.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))));
  });
  if (place === "root") {
    forFastify.mount(app, hufu);
    hostRoutes(app, hufu, "/api");
  } else {
    await app.register(
      async (api) => {
        hostRoutes(api, hufu, "");
        forFastify.mount(api, hufu);
      },
      { prefix: "/api" },
    );
    // The metadata's place is outside the prefix.
    const metadata = "/.well-known/oauth-authorization-server";
    app.get(`${metadata}/api/auth`, async (request, reply) => {
      const { payload } = await app.inject({ url: `/api/auth${metadata}`, headers: request.headers });
      return reply.type("application/json").serializer(String).send(payload);
    });
  }
  return app;
}

function hostRoutes(app: FastifyInstance, hufu: Hufu, at: string): void {
  const guard = forFastify.createGuard(hufu);
  const ownWords = forFastify.createGuard(hufu, {
    onRefused: (error, _request, reply) =>
      reply.code(200).header("Hufu-Reason", "none").send({ code: 1, word: error.reason }),
  });
  const empty = async (): Promise<object> => ({});
  const paid = async (request: FastifyRequest): Promise<object> => ({ body: request.body });

  app.get(`${at}/signed-in`, { onRequest: guard() }, async (request) => ({ sub: forFastify.authOf(request).sub }));
  app.get(`${at}/orders`, { onRequest: guard("order:read:own") }, async (request) =>
    forFastify.authOf(request).ownerFilter("order:read"),
  );
  app.get(`${at}/orders/all`, { onRequest: guard("order:read") }, async () => ({ all: true }));
  app.get(
    `${at}/orders/of/:owner`,
    { onRequest: guard("order:read", { owner: (request: OwnerRequest) => request.params.owner }) },
    empty,
  );
  app.get(
    `${at}/orders/later/:owner`,
    { onRequest: guard("order:read", { owner: (request: OwnerRequest) => Promise.resolve(request.params.owner) }) },
    empty,
  );
  app.get(
    `${at}/orders/fails`,
    { onRequest: guard("order:read", { owner: () => Promise.reject(new Error("no database")) }) },
    empty,
  );
  app.get(`${at}/fresh`, { onRequest: guard(undefined, { acr: "platform", maxAge: 300 }) }, async (request) => ({
    acr: forFastify.authOf(request).acr,
  }));
  app.get(`${at}/strong`, { onRequest: guard("order:read:own", { acr: "soter", maxAge: 300 }) }, empty);
  app.get(`${at}/hello`, { onRequest: guard.optional() }, async (request) => ({
    guest: forFastify.findAuth(request) === undefined,
  }));
  app.get(`${at}/throws`, { onRequest: guard() }, async (request) =>
    forFastify.authOf(request).ownerFilter("secret:read"),
  );
  app.get(`${at}/throws-later`, { onRequest: guard() }, async (request) => {
    await setImmediate();
    return forFastify.authOf(request).ownerFilter("secret:read");
  });
  app.get(`${at}/breaks-off`, { onRequest: guard() }, async (_request, reply) =>
    reply.send(Readable.from(breaksOff())),
  );
  app.get(`${at}/own-words`, { onRequest: ownWords("order:read") }, empty);
  app.all(`${at}/paid`, { onRequest: guard("order:create", DIGEST) }, paid);
  app.post(`${at}/too-late`, { preHandler: guard("order:create", DIGEST) }, paid);
}
