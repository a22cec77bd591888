import assert from "node:assert/strict";
import { test } from "node:test";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { createHttp } from "../http/create-http.ts";
import { createNodeListener } from "../http/create-node-listener.ts";
import { startRealHufu } from "../http/hufu.fixture.ts";
import { createVerifier } from "../verify/index.ts";
import { authOf, findAuth, mount } from "./express/index.ts";
import { mount as mountFastify } from "./fastify/index.ts";
import { mount as mountHono } from "./hono/index.ts";
import { mount as mountKoa } from "./koa/index.ts";
import { mount as mountNest } from "./nest/index.ts";
import { createHandler } from "./web/index.ts";

/** As JavaScript calls it: with any values. */
function call(work: unknown, ...args: readonly unknown[]): unknown {
  assert.ok(typeof work === "function");
  return Reflect.apply(work, undefined, args);
}

test("a guard's helpers without the framework's request say so", () => {
  for (const request of [undefined, null, 7]) {
    assert.throws(
      () => call(authOf, request),
      /^TypeError: authOf: request: expected what the framework hands to handlers, got /,
    );
    assert.throws(
      () => call(findAuth, request),
      /^TypeError: findAuth: request: expected what the framework hands to handlers, got /,
    );
  }
});

const VERIFIER = {
  issuer: "https://api.example.com/auth",
  audience: "https://orders.example.com",
  dangerouslyAcceptRevokedTokensUntilTheyExpire: true,
};

test("a verifier's options of the wrong kind are TypeErrors that name them", () => {
  const cases: readonly (readonly [object, RegExp])[] = [
    [{ clock: {} }, /^TypeError: clock: expected an object with the methods now and monotonic/],
    [{ clock: null }, /^TypeError: clock: .*got null$/],
    [{ clock: { now: Date.now } }, /^TypeError: clock: /],
    [{ issuer: 5 }, /^TypeError: issuer: expected a URL such as .*, got the number 5$/],
    [{ issuer: null }, /^TypeError: issuer: .*got null$/],
    [{ issuer: undefined }, /^TypeError: issuer: it is missing$/],
    [{ fetch: "fetch" }, /^TypeError: fetch: expected a function, got the string "fetch"$/],
  ];
  for (const [change, text] of cases) assert.throws(() => call(createVerifier, { ...VERIFIER, ...change }), text);
});

test("what serves a Hufu refuses options that do not exist or make no sense", async (t) => {
  const { hufu, close } = await startRealHufu();
  t.after(close);
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [
      { paht: "/auth" },
      /^TypeError: options\.paht: there is no such member; there are log, path, accessLog, clock, random$/,
    ],
    [{ path: 7 }, /^TypeError: path: "7" is no path such as "\/auth"/],
    [{ path: "auth/" }, /^TypeError: path: /],
    [{ log: {} }, /^TypeError: log: it must have the methods/],
    [{ clock: {} }, /^TypeError: clock: /],
    ["/auth", /^TypeError: options: expected an object .*got the string "\/auth"$/],
    [null, /^TypeError: options: .*got null$/],
  ];
  for (const [options, text] of cases) {
    assert.throws(() => call(mount, express(), hufu, options), text);
    assert.throws(() => call(mountHono, new Hono(), hufu, options), text);
    assert.throws(() => call(mountKoa, new Koa(), hufu, options), text);
    assert.throws(() => call(mountNest, express(), hufu, options), text);
    assert.throws(() => call(mountFastify, fastify(), hufu, options), text);
    assert.throws(() => call(createHandler, hufu, options), text);
    assert.throws(() => call(createHttp, hufu, options), text);
    assert.throws(() => call(createNodeListener, hufu, options), text);
  }
});
