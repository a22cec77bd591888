// Wherever `@Guard` is written, it guards, or the application does not start.
import "reflect-metadata";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Controller, Get, type INestApplication, Injectable, Module, SetMetadata } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { createTestHufu } from "../../testing/create-test-hufu.ts";
import { Guard, HufuModule, Public } from "./index.ts";

const { verifier } = createTestHufu();
type Class = new () => object;

/** Decorators as a compiler applies them: the last one first, and each may put another function in the method's place. */
function decorated(type: Class, decorators: readonly MethodDecorator[], ofClass: readonly ClassDecorator[]): Class {
  const { prototype } = type;
  let descriptor = Object.getOwnPropertyDescriptor(prototype, "list") ?? {};
  for (const decorator of decorators.toReversed()) descriptor = decorator(prototype, "list", descriptor) ?? descriptor;
  Object.defineProperty(prototype, "list", descriptor);
  for (const decorator of ofClass.toReversed()) decorator(type);
  return type;
}

function orders(
  decorators: readonly MethodDecorator[],
  ofClass: readonly ClassDecorator[] = [Controller("orders")],
): Class {
  class Orders {
    list(): string {
      return "through";
    }
  }
  return decorated(Orders, decorators, ofClass);
}

/** As a transaction or a cache around the method would. */
const wrapping = (_target: object, _key: string | symbol, descriptor: PropertyDescriptor): PropertyDescriptor => {
  const inner: unknown = descriptor.value;
  return {
    ...descriptor,
    value(this: unknown, ...given: unknown[]): unknown {
      return typeof inner === "function" ? Reflect.apply(inner, this, given) : undefined;
    },
  };
};
const message = SetMetadata("microservices:pattern", ["orders"]);

function start(place: "controllers" | "providers", type: Class): Promise<INestApplication> {
  class AppModule {}
  Module({ imports: [HufuModule.forRoot(verifier)], [place]: [type] })(AppModule);
  return NestFactory.create(AppModule, new ExpressAdapter(), { logger: false, abortOnError: false });
}

test("a demand that nothing would read stops the start", async () => {
  const guarded = Guard("order:read");
  const cases: readonly (readonly ["controllers" | "providers", Class, RegExp])[] = [
    [
      "controllers",
      orders([Get(), wrapping as MethodDecorator, guarded]),
      /^TypeError: Orders\.list: a decorator above/,
    ],
    [
      "controllers",
      orders([Get(), wrapping as MethodDecorator, guarded], [Public(), Controller()]),
      /has replaced the method/,
    ],
    ["controllers", orders([guarded, message]), /^TypeError: Orders\.list: .* HTTP routes of controllers only/],
    ["controllers", orders([message], [guarded, Controller()]), /^TypeError: Orders\.list: .* HTTP routes/],
    ["controllers", orders([guarded]), /^TypeError: Orders\.list: .* HTTP routes/],
    ["providers", orders([guarded], [Injectable()]), /^TypeError: Orders\.list: .* HTTP routes/],
    ["providers", orders([], [guarded, Injectable()]), /^TypeError: Orders: .* HTTP routes/],
  ];
  for (const [place, type, text] of cases) await assert.rejects(start(place, type), text);
});

test("two demands on one place are refused where they are written", () => {
  const twice = /^TypeError: Orders\.list: @Guard or @Public is there already; keep one$/;
  assert.throws(() => orders([Public(), Get(), Guard("order:read")]), twice);
  assert.throws(() => orders([Guard("order:read"), Get(), Public()]), twice);
  assert.throws(() => orders([Guard("order:read"), Guard("order:create")]), twice);
  assert.throws(() => orders([Public(), wrapping as MethodDecorator, Guard("order:read")]), twice);
  assert.throws(() => orders([], [Public(), Guard("order:read")]), /^TypeError: Orders: @Guard or @Public/);
});

test("a demand above what replaces the method holds, and one that a controller inherits", async (t) => {
  class Child extends orders([Guard("order:read"), Get(), wrapping as MethodDecorator], [Public()]) {}
  Controller("orders")(Child);
  const app = await start("controllers", Child);
  t.after(() => app.close());
  await app.listen(0, "127.0.0.1");
  const { status, headers } = await fetch(`${await app.getUrl()}/orders`);
  assert.deepEqual([status, headers.get("hufu-reason")], [401, "token_missing"]);
});
