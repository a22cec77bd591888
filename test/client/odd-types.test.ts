// Values that are not of their documented type: read where they can be read, and never a TypeError.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { WxFault } from "@hufu/simulator";
import { failureOf, openShop } from "./shop.fixture.ts";

type Result = Readonly<Record<string, unknown>>;
const changed = (change: (result: Result) => Result): WxFault => ({
  result: (result) => ({ ...(result as Result), ...change(result as Result) }),
});

const READABLE: readonly (readonly [what: string, fault: WxFault])[] = [
  ["statusCode as a text", changed(({ statusCode }) => ({ statusCode: String(statusCode) }))],
  ["no header", changed(() => ({ header: undefined }))],
  ["header null", changed(() => ({ header: null }))],
  ["headers instead of header", changed(({ header }) => ({ header: undefined, headers: header }))],
  [
    "header values as lists",
    changed(({ header }) => ({
      header: Object.fromEntries(Object.entries(header as object).map(([name, value]) => [name, [value]])),
    })),
  ],
  ["data as a text", changed(({ data }) => ({ data: JSON.stringify(data) }))],
  ["data as a text with a byte order mark", changed(({ data }) => ({ data: `\ufeff ${JSON.stringify(data)}\n` }))],
];

for (const [what, fault] of READABLE) {
  test(`${what}: a sign-in, a call and a renewed token work`, async (t) => {
    const shop = await openShop(t);
    const phone = shop.phone();
    phone.fault("request", fault);
    const client = shop.client(phone);
    const first = await client.get("/orders");
    assert.equal(first.statusCode, 200);
    await shop.hufu.stale(shop.handled[0]?.user ?? "");
    assert.equal((await client.get("/orders")).statusCode, 200);
    assert.equal(shop.tokenCalls.length, 2);
  });
}

for (const nothing of [undefined, null, "", {}, "fail", { statusCode: "none" }]) {
  test(`success(${JSON.stringify(nothing)}) of a call is a failure with a kind`, async (t) => {
    const shop = await openShop(t);
    const phone = shop.phone();
    const client = shop.client(phone);
    await client.get("/orders");
    phone.fault("request", { succeedsWith: nothing }, 1);
    assert.equal(await failureOf(client.get("/orders")), "bug platform_failed");
    assert.equal((await client.get("/orders")).statusCode, 200);
  });

  test(`success(${JSON.stringify(nothing)}) of getStorage and getRandomValues does not stop a sign-in`, async (t) => {
    const shop = await openShop(t);
    const phone = shop.phone();
    phone.fault("getStorage", { succeedsWith: nothing }, 2);
    phone.fault("getRandomValues", { succeedsWith: nothing });
    const client = shop.client(phone);
    assert.equal((await client.get("/orders")).statusCode, 200);
    phone.rethrow();
  });
}

for (const failure of [undefined, null, "", 7, "no reason", {}, { errMsg: undefined }, { errMsg: 7 }]) {
  test(`fail(${JSON.stringify(failure)}) of a call is a bug, told once, with what the platform gave`, async (t) => {
    const shop = await openShop(t);
    const phone = shop.phone();
    const client = shop.client(phone);
    await client.get("/orders");
    const before = phone.counters().calls;
    phone.fault("request", { failsWith: failure });
    assert.equal(await failureOf(client.get("/orders")), "bug platform_failed");
    assert.equal(phone.counters().calls, before);
    phone.heal();
    assert.equal((await client.get("/orders")).statusCode, 200);
    phone.rethrow();
  });

  test(`fail(${JSON.stringify(failure)}) of the storage does not stop a sign-in`, async (t) => {
    const shop = await openShop(t);
    const phone = shop.phone();
    phone.fault("getStorage", { failsWith: failure });
    phone.fault("setStorage", { failsWith: failure });
    phone.fault("getRandomValues", { failsWith: failure });
    const client = shop.client(phone);
    assert.equal((await client.get("/orders")).statusCode, 200);
    phone.rethrow();
  });
}
