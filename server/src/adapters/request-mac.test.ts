// What a guard with `requestMac` hands to the verifier, in each adapter; the check itself is tried in test/proof.
import "reflect-metadata";
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import Router from "@koa/router";
import { Body, Controller, HttpCode, Module, Post } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter, type NestExpressApplication } from "@nestjs/platform-express";
import express from "express";
import { fastify } from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { HufuError } from "../core/errors/errors.ts";
import { createAuth } from "../verify/token-check/auth.ts";
import type { PresentedProof, Verifier } from "../verify/verifier.ts";
import * as forExpress from "./express/index.ts";
import * as forFastify from "./fastify/index.ts";
import * as forHono from "./hono/index.ts";
import * as forKoa from "./koa/index.ts";
import * as forNest from "./nest/index.ts";
import * as forWeb from "./web/index.ts";

const CLAIMS = { iss: "i", aud: "a", exp: 2, iat: 1, jti: "j", client_id: "c", sub: "client:c", pol: 1 } as const;
const AUTH = createAuth({ ...CLAIMS }, ["coupon:use"]);
const OPTIONS = { requestMac: true, body: "digest" } as const;
const BODY = '{ "coupon": 7 }';

type Verifying = Pick<Verifier, "check" | "checkWithMac">;
type Send = (url: string, init: RequestInit) => Promise<Response>;

/** Decorators by hand, as a compiler applies them. */
function couponModule(verifying: Verifying): new () => object {
  class Coupons {
    take(body: string): string {
      return body;
    }
  }
  const { prototype } = Coupons;
  Body()(prototype, "take", 0);
  const descriptor = Object.getOwnPropertyDescriptor(prototype, "take") ?? {};
  for (const decorator of [Post("coupons"), HttpCode(200), forNest.Guard("coupon:use", OPTIONS)]) {
    decorator(prototype, "take", descriptor);
  }
  Controller("shop")(Coupons);
  class CouponModule {}
  Module({ imports: [forNest.HufuModule.forRoot(verifying)], controllers: [Coupons] })(CouponModule);
  return CouponModule;
}

/** `POST /shop/coupons` of one adapter; the handler answers with the body. */
const ADAPTERS: Readonly<Record<string, (t: TestContext, verifying: Verifying) => Promise<Send>>> = {
  async Express(t, verifying) {
    const guard = forExpress.createGuard(verifying);
    const shop = express.Router();
    shop.post("/coupons", guard("coupon:use", OPTIONS), express.text({ type: "*/*" }), (request, response) => {
      response.end(request.body);
    });
    const server = createServer(express().use("/shop", shop));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => server.close().closeAllConnections());
    const { port } = server.address() as AddressInfo;
    return (url, init) => fetch(url.replace("http://localhost", `http://127.0.0.1:${port}`), init);
  },
  async Fastify(t, verifying) {
    const guard = forFastify.createGuard(verifying);
    const app = fastify();
    app.post("/shop/coupons", { onRequest: guard("coupon:use", OPTIONS) }, async ({ body }) => body);
    const address = await app.listen({ port: 0, host: "127.0.0.1" });
    t.after(() => app.close());
    return (url, init) => fetch(url.replace("http://localhost", address), init);
  },
  async Koa(t, verifying) {
    const guard = forKoa.createGuard(verifying);
    const router = new Router({ prefix: "/shop" });
    router.post("/coupons", guard("coupon:use", OPTIONS), async (ctx) => {
      ctx.body = await text(ctx.req);
    });
    const server = createServer(new Koa().use(router.routes()).callback());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => server.close().closeAllConnections());
    const { port } = server.address() as AddressInfo;
    return (url, init) => fetch(url.replace("http://localhost", `http://127.0.0.1:${port}`), init);
  },
  async "Nest on Express"(t, verifying) {
    const app = await NestFactory.create<NestExpressApplication>(couponModule(verifying), new ExpressAdapter(), {
      rawBody: true,
      logger: false,
    });
    app.useBodyParser("text", { type: "*/*" });
    await app.listen(0, "127.0.0.1");
    t.after(() => app.close());
    const address = await app.getUrl();
    return (url, init) => fetch(url.replace("http://localhost", address), init);
  },
  async Hono(_t, verifying) {
    const guard = forHono.createGuard(verifying);
    const app = new Hono().post("/shop/coupons", guard("coupon:use", OPTIONS), async (c) => c.text(await c.req.text()));
    return async (url, init) => app.request(new Request(url, init));
  },
  async "Hono, around the handler"(_t, verifying) {
    const { around } = forHono.createGuard(verifying);
    const app = new Hono().post(
      "/shop/coupons",
      around("coupon:use", async (c) => c.text(await c.req.text()), OPTIONS),
    );
    return async (url, init) => app.request(new Request(url, init));
  },
  async "Request and Response"(_t, verifying) {
    const guard = forWeb.createGuard(verifying);
    const guarded = guard("coupon:use", async (request) => new Response(await request.text()), OPTIONS);
    return async (url, init) => guarded(new Request(url, init));
  },
};

for (const [name, open] of Object.entries(ADAPTERS)) {
  test(`${name}: the verifier sees method, address, MAC and body, and its nonce is in the answer`, async (t) => {
    const seen: unknown[] = [];
    const send = await open(t, {
      check: () => assert.fail("asked without a MAC"),
      async checkWithMac(authorization: string | undefined, presented: () => PresentedProof) {
        const { method, target, mac, body, offerMacNonce } = presented();
        seen.push([authorization, method, target, mac, String(Buffer.from((await body?.()) ?? []))]);
        if (mac === undefined) throw new HufuError("mac_missing", { nonce: "nonce_1" });
        offerMacNonce?.("nonce_2");
        return AUTH;
      },
    });
    const url = "http://localhost/shop/coupons?page=2";
    const headers = { authorization: "Bearer x", "content-type": "text/plain" };
    const refused = await send(url, { method: "POST", body: BODY, headers });
    assert.deepEqual([refused.status, refused.headers.get("hufu-mac-nonce")], [401, "nonce_1"]);
    assert.equal(refused.headers.get("dpop-nonce"), null);
    const passed = await send(url, { method: "POST", body: BODY, headers: { ...headers, "hufu-mac": "the MAC" } });
    assert.deepEqual(
      [passed.status, passed.headers.get("hufu-mac-nonce"), await passed.text()],
      [200, "nonce_2", BODY],
    );
    assert.deepEqual(seen, [
      ["Bearer x", "POST", "/shop/coupons?page=2", undefined, BODY],
      ["Bearer x", "POST", "/shop/coupons?page=2", "the MAC", BODY],
    ]);
  });
}
