import assert from "node:assert/strict";
import { test } from "node:test";
import fastify from "fastify";
import { Hono } from "hono";
import { HufuError } from "../core/errors/errors.ts";
import type { Hufu } from "../hufu/hufu.ts";
import { type Auth, createAuth } from "../verify/token-check/auth.ts";
import * as forExpress from "./express/index.ts";
import * as forFastify from "./fastify/index.ts";
import { createAdmit, orGuest } from "./guard.ts";
import * as forHono from "./hono/index.ts";
import * as forKoa from "./koa/index.ts";
import * as forNest from "./nest/index.ts";
import * as forWeb from "./web/index.ts";

const AUTH: Auth = createAuth(
  {
    iss: "i",
    aud: "a",
    exp: 2,
    iat: 1,
    jti: "j",
    client_id: "orders-api",
    sub: "client:orders-api",
    pol: 1,
  },
  ["order:read", "note:read:own"],
);

const verifier = {
  check(authorization: string | undefined): Auth {
    if (authorization === undefined) throw new HufuError("token_missing");
    return AUTH;
  },
};

test("a caller who is known already is let through without a promise", () => {
  assert.equal(createAdmit(verifier, { permission: "order:read" })("Bearer x", "", {}), AUTH);
  assert.equal(createAdmit({ verifier }, { permission: "order:read" })("Bearer x", "", {}), AUTH);
});

test("who has to be waited for is waited for, and held to the same permission", async () => {
  const later = { check: () => Promise.resolve(AUTH) };
  assert.equal(await createAdmit(later, { permission: "order:read" })("Bearer x", "", {}), AUTH);
  const denied = createAdmit(later, { permission: "order:write" })("Bearer x", "", {});
  assert.ok(denied instanceof Promise);
  await assert.rejects(denied, { reason: "permission_denied", scope: "order:write" });
});

test("the owner is not asked for where the answer is known without", () => {
  const owner = (): never => assert.fail("asked");
  assert.equal(createAdmit(verifier, { permission: "order:read", owner })("Bearer x", "", {}), AUTH);
  const admit = createAdmit(verifier, { permission: "bill:read", owner });
  assert.throws(() => admit("Bearer x", "", {}), { reason: "permission_denied" });
});

test("an owner that fails with no error at all fails with one", async () => {
  for (const thrown of [undefined, null, "route", "router"]) {
    const at = (owner: () => Promise<string>): unknown =>
      createAdmit(verifier, { permission: "note:read", owner })("Bearer x", "", {});
    const atOnce = (): never => {
      throw thrown;
    };
    assert.throws(() => at(atOnce), /^Error: something that is no error was thrown/);
    await assert.rejects(async () => at(() => Promise.reject(thrown)), /^Error: something that is no error/);
  }
});

test("a back end owns nothing, and what has no owner belongs to no caller", () => {
  for (const owner of ["client:orders-api", "", null, undefined]) {
    const admit = createAdmit(verifier, { permission: "note:read", owner: () => owner });
    assert.throws(() => admit("Bearer x", "", {}), { reason: "permission_denied", scope: "note:read" });
  }
});

test("what cannot be a guard is refused when it is made, not when it should guard", () => {
  for (const permission of ["", "order", "order:", "Order:read", "order:read:mine", "order:read "]) {
    assert.throws(() => createAdmit(verifier, { permission }), TypeError, permission);
  }
  assert.throws(() => createAdmit(verifier, { owner: () => "u_1" }), TypeError);
  for (const none of [{}, { verifier: {} }, { check: "yes" }]) {
    const nothing: object = none;
    assert.throws(() => createAdmit(nothing as typeof verifier, {}), TypeError);
  }
});

test("a misspelled or mistaken option of a guard is refused by every adapter", () => {
  const mistakes: readonly (readonly [unknown, RegExp])[] = [
    [
      { ownr: () => "42" },
      /options\.ownr: there is no such member; there are owner, proof, requestMac, body, acr, maxAge/,
    ],
    [{ owner: "42" }, /owner: expected a function, got the string "42"/],
    [{ owner: null }, /owner: expected a function, got null/],
    [{ proof: "false" }, /proof: expected true or false, got the string "false"/],
    [{ proof: true, body: "sha-256" }, /body: expected "digest", got the string "sha-256"/],
    [{ body: "digest" }, /body: "digest" needs proof: true or requestMac: true/],
    [{ requestMac: "yes" }, /requestMac: expected true or false, got the string "yes"/],
    [{ requestMac: true }, /requestMac works only in the process that runs createHufu/],
    [{ acr: "sms" }, /guard\.acr: expected "platform" or "soter", got the string "sms"/],
    [{ maxAge: -1 }, /guard\.maxAge: expected a whole number of seconds from 0, got the number -1/],
    [{ maxAge: 2.5 }, /guard\.maxAge: expected a whole number/],
    [{ maxAge: Number.POSITIVE_INFINITY }, /guard\.maxAge: expected a whole number/],
    [{ maxAge: "5m" }, /guard\.maxAge: expected a whole number of seconds from 0, got the string "5m"/],
    [null, /options: expected an object/],
  ];
  const { around } = forHono.createGuard(verifier);
  const web = forWeb.createGuard(verifier);
  const nest = (options: object): unknown => forNest.Guard("note:read:own", options);
  for (const [options, message] of mistakes) {
    for (const make of [
      () => forExpress.createGuard(verifier)("note:read:own", options as object),
      () => forHono.createGuard(verifier)("note:read:own", options as object),
      () => forFastify.createGuard(verifier)("note:read:own", options as object),
      () => forKoa.createGuard(verifier)("note:read:own", options as object),
      () => around("note:read:own", (c) => c.text(""), options as object),
      () => web("note:read:own", () => new Response(), options as object),
    ]) {
      assert.throws(make, { name: "TypeError", message });
    }
    // A decorator stands before there is a verifier.
    if (!message.source.includes("works only"))
      assert.throws(() => nest(options as object), { name: "TypeError", message });
  }
  for (const { createGuard } of [forExpress, forHono, forWeb, forFastify, forKoa]) {
    for (const [options, message] of [
      [{ onRefuse: () => undefined }, /options\.onRefuse: there is no such member; there are onRefused/],
      [{ onRefused: "next" }, /onRefused: expected a function, got the string "next"/],
    ] as const) {
      assert.throws(() => createGuard(verifier, options as object), { name: "TypeError", message });
    }
  }
});

test("a forgotten await is guessed at, by guards and by mounts", () => {
  const notHufu = { name: "TypeError", message: /this is not a Hufu; did you forget await\?/ };
  const sooner: Record<string, unknown> = { promise: Promise.resolve({ verifier }), nothing: undefined, null: null };
  for (const name of Object.keys(sooner)) {
    const given = sooner[name] as Hufu;
    assert.throws(() => forExpress.createGuard(given), notHufu, name);
    assert.throws(() => forHono.createGuard(given), notHufu, name);
    assert.throws(() => forExpress.mount({ use: () => assert.fail("used") }, given), notHufu, name);
    assert.throws(() => forHono.mount(new Hono(), given), notHufu, name);
    assert.throws(() => forKoa.createGuard(given), notHufu, name);
    assert.throws(() => forKoa.mount({ use: () => assert.fail("used") }, given), notHufu, name);
    assert.throws(() => forNest.HufuModule.forRoot(given), notHufu, name);
    assert.throws(() => forNest.mount({ use: () => assert.fail("used") }, given), notHufu, name);
    assert.throws(() => forFastify.createGuard(given), notHufu, name);
    assert.throws(() => forFastify.mount(fastify(), given), notHufu, name);
    assert.throws(() => forWeb.createGuard(given), notHufu, name);
    assert.throws(() => forWeb.createHandler(given), notHufu, name);
  }
});

test("a guard without a permission is for users: a back end's token is refused", () => {
  assert.throws(() => createAdmit(verifier, {})("Bearer x", "", {}), { reason: "permission_denied" });
});

test("a back end cannot step up, so it is denied where a user would be asked to", () => {
  const admit = createAdmit(verifier, { permission: "order:read", maxAge: 300 });
  assert.throws(() => admit("Bearer x", "", {}), { reason: "permission_denied" });
});

test("a guest shows nothing at all", () => {
  const admit = orGuest(createAdmit(verifier, { permission: "order:read" }));
  assert.equal(admit(undefined, "", {}), undefined);
  assert.equal(admit(undefined, "page=2", {}), undefined);
  assert.equal(admit("Bearer x", "", {}), AUTH);
  assert.throws(() => admit(undefined, "access_token=x", {}), { reason: "token_in_query" });
});
