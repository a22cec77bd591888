// Streams and transfers: listeners hear the final try only, nothing is delivered twice, and data renews the time.
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { test } from "node:test";
import type { Client } from "../../client/src/index.ts";
import { until } from "../../server/src/core/until.fixture.ts";
import { failureOf, openShop, type Shop } from "./shop.fixture.ts";

/** What the listeners of a call heard, in order. */
function listen(call: ReturnType<Client["get"]>): string[] {
  const heard: string[] = [];
  call.onHeadersReceived((event) => heard.push(`headers ${Reflect.get(event, "statusCode")}`));
  call.onChunkReceived(({ data }) => heard.push(...Buffer.from(data).toString()));
  return heard;
}

/** Answers business requests chunk by chunk, one each so many ms. */
function streamOf(shop: Shop, letters: string, everyMs: number, begun?: (response: ServerResponse) => void): void {
  shop.intercept = (request, response) => {
    if (request.url?.startsWith("/auth/") === true) return false;
    response.writeHead(200, { "content-type": "text/plain" });
    begun?.(response);
    const left = [...letters];
    const timer = setInterval(() => {
      const letter = left.shift();
      if (letter === undefined) {
        clearInterval(timer);
        response.end();
      } else response.write(letter);
    }, everyMs);
    response.on("close", () => clearInterval(timer));
    return true;
  };
}

const CHUNKED = { enableChunked: true } as const;

test("a stream is heard chunk by chunk, once", async (t) => {
  const shop = await openShop(t);
  const client = shop.client(shop.phone());
  await client.get("/orders");
  streamOf(shop, "abcdefg", 2);
  const call = client.get("/chat", undefined, CHUNKED);
  const heard = listen(call);
  assert.equal((await call).statusCode, 200);
  assert.equal(heard.join(" "), "headers 200 a b c d e f g");
});

test("a stream that the background interrupts fails as interrupted, and nothing is heard twice", async (t) => {
  const shop = await openShop(t, { speed: 20 });
  const phone = shop.phone();
  const client = shop.client(phone);
  await client.get("/orders");
  streamOf(shop, "abcdefg".repeat(100), 5);
  const call = client.get("/chat", undefined, CHUNKED);
  const heard = listen(call);
  const outcome = failureOf(call);
  await until(() => heard.includes("c"));
  phone.background();
  await until(() => phone.counters().interrupted > 0);
  phone.foreground();
  assert.equal(await outcome, "offline interrupted");
  const letters = heard.slice(1).join("");
  assert.ok("abcdefg".repeat(100).startsWith(letters), letters);
  assert.deepEqual(
    heard.filter((one) => one.startsWith("headers")),
    ["headers 200"],
  );
});

test("a stream whose connection breaks in the middle is not repeated, one that never began is", async (t) => {
  const shop = await openShop(t, { speed: 20 });
  const client = shop.client(shop.phone());
  await client.get("/orders");
  let tries = 0;
  let cut: (() => void) | undefined;
  streamOf(shop, "abcdefghijklmnopqrstuvwxyz", 5, (response) => {
    tries += 1;
    cut = () => response.destroy();
  });
  const broken = client.get("/chat", undefined, CHUNKED);
  const outcome = failureOf(broken);
  const heard = listen(broken);
  await until(() => heard.includes("c"));
  cut?.();
  assert.equal(await outcome, "offline interrupted");
  assert.equal(tries, 1);
  assert.ok("abcdefghijklmnopqrstuvwxyz".startsWith(heard.slice(1).join("")), heard.join(""));

  tries = 0;
  shop.intercept = (request, response) => {
    if (request.url?.startsWith("/auth/") === true) return false;
    tries += 1;
    if (tries > 1) return false;
    response.destroy();
    return true;
  };
  const repeated = client.get("/orders", undefined, CHUNKED);
  const heardOnce = listen(repeated);
  assert.equal((await repeated).statusCode, 200);
  assert.equal(tries, 2);
  assert.deepEqual(
    heardOnce.filter((one) => one.startsWith("headers")),
    ["headers 200"],
  );
});

test("with a stale token the listeners hear the answer, not the guard's refusal", async (t) => {
  const shop = await openShop(t);
  const client = shop.client(shop.phone());
  await client.get("/orders");
  await shop.hufu.stale(shop.handled[0]?.user ?? "");
  const call = client.get("/orders", undefined, CHUNKED);
  const heard = listen(call);
  assert.equal((await call).statusCode, 200);
  assert.equal(heard[0], "headers 200");
  assert.equal(heard.slice(1).join(""), JSON.stringify({ url: "/orders", user: shop.handled[0]?.user }));
});

test("headers without chunks are told once too, of requests, uploads and downloads", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone();
  phone.files.write("wxfile://photo", "pixels");
  const client = shop.client(phone);
  await client.get("/orders");
  const user = shop.handled[0]?.user ?? "";
  for (const start of [
    () => client.get("/orders"),
    () => client.upload({ url: "/p", filePath: "wxfile://photo", name: "p" }),
    () => client.download({ url: "/p" }),
  ]) {
    await shop.hufu.stale(user);
    const heard: number[] = [];
    const call = start();
    call.onHeadersReceived(({ header }) => heard.push(Object.keys(header).length));
    assert.equal((await call).statusCode, 200);
    assert.equal(heard.length, 1);
  }
});

test("a stream of the business's own error is heard, once it is known to be final", async (t) => {
  const shop = await openShop(t);
  const client = shop.client(shop.phone());
  await client.get("/orders");
  shop.intercept = (request, response) => {
    if (request.url?.startsWith("/auth/") === true) return false;
    response.writeHead(404, { "content-type": "text/plain" });
    response.end("xyz");
    return true;
  };
  const call = client.get("/chat", undefined, CHUNKED);
  const heard = listen(call);
  assert.equal((await call).statusCode, 404);
  assert.equal(heard.join(" "), "headers 404 x y z");
});

test("a refused stream that ends in a failure tells its listeners nothing", async (t) => {
  const shop = await openShop(t);
  const client = shop.client(shop.phone());
  const call = client.get("/all", undefined, CHUNKED);
  const heard = listen(call);
  assert.equal(await failureOf(call), "forbidden permission_denied");
  assert.deepEqual(heard, []);
});

test("a POST stream of 90 seconds arrives, because each chunk renews the time", async (t) => {
  const shop = await openShop(t, { speed: 100 });
  const client = shop.client(shop.phone());
  await client.get("/orders");
  streamOf(shop, "abcdefghi", 100);
  const call = client.post("/chat", {}, CHUNKED);
  const heard = listen(call);
  assert.equal((await call).statusCode, 200);
  assert.equal(heard.slice(1).join(""), "abcdefghi");
});

test("a stream that falls silent ends after its timeout", async (t) => {
  const shop = await openShop(t, { speed: 50 });
  const client = shop.client(shop.phone());
  await client.get("/orders");
  shop.intercept = (request, response) => {
    if (request.url?.startsWith("/auth/") === true) return false;
    response.writeHead(200);
    response.write("a");
    return true;
  };
  const call = client.post("/chat", {}, { ...CHUNKED, timeout: 20_000 });
  const heard = listen(call);
  assert.equal(await failureOf(call), "offline timeout");
  assert.deepEqual(heard, ["headers 200", "a"]);
});

for (const kind of ["post", "upload", "download"] as const) {
  test(`a ${kind} of 45 seconds without a pause arrives`, async (t) => {
    const shop = await openShop(t, { speed: 100 });
    const phone = shop.phone();
    phone.files.write("wxfile://photo", "pixels");
    const client = shop.client(phone);
    await client.get("/orders");
    shop.intercept = (request, response) => {
      if (request.url?.startsWith("/auth/") === true) return false;
      setTimeout(() => response.end("{}"), 450);
      return true;
    };
    const call = {
      post: () => client.post("/slow", {}),
      upload: () => client.upload({ url: "/slow", filePath: "wxfile://photo", name: "p" }),
      download: () => client.download({ url: "/slow" }),
    }[kind]();
    assert.equal((await call).statusCode, 200);
  });
}

test("a caller's own timeout counts, and a token request keeps its ten seconds", async (t) => {
  const shop = await openShop(t, { speed: 50 });
  const phone = shop.phone();
  const timeouts: unknown[] = [];
  const { wx } = phone;
  const { request } = wx;
  wx.request = (options) => {
    timeouts.push(options.timeout);
    return request(options);
  };
  const client = shop.client(phone);
  await client.get("/orders");
  assert.equal(timeouts[0], 10_000);
  shop.intercept = () => true;
  const started = phone.clock.now();
  assert.equal(await failureOf(client.get("/orders", undefined, { timeout: 4000 })), "offline timeout");
  assert.ok(phone.clock.now() - started >= 4000);
  assert.ok(Number(timeouts.at(-1)) <= 4000);
});

test("DevTools, uploads and downloads are not asked for redirect: manual, requests on phones are", async (t) => {
  const shop = await openShop(t);
  for (const platform of ["ios", "devtools"] as const) {
    const phone = shop.phone({ platform });
    phone.files.write("wxfile://photo", "pixels");
    const asked: string[] = [];
    for (const name of ["request", "uploadFile", "downloadFile"] as const) {
      const original: unknown = Reflect.get(phone.wx, name);
      Reflect.set(phone.wx, name, (options: object) => {
        if (!String(Reflect.get(options, "url")).includes("/auth/")) {
          asked.push(`${name} ${"redirect" in options ? Reflect.get(options, "redirect") : "-"}`);
        }
        return typeof original === "function" ? Reflect.apply(original, phone.wx, [options]) : undefined;
      });
    }
    const client = shop.client(phone);
    await client.get("/orders");
    await client.upload({ url: "/p", filePath: "wxfile://photo", name: "p" });
    await client.download({ url: "/p" });
    const first = platform === "ios" ? "request manual" : "request -";
    assert.deepEqual(asked, [first, "uploadFile -", "downloadFile -"]);
  }
});
