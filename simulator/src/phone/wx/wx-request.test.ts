import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../../until.fixture.ts";
import { requested, startBackend, startPhone } from "../phone.fixture.ts";

test("any status that arrives is a success", async (t) => {
  const { url } = await startBackend(t, (_request, response) => {
    response.statusCode = 401;
    response.end('{"reason":"token_expired"}');
  });
  const { statusCode, data, errMsg } = await requested(startPhone(t).wx, { url });
  assert.deepEqual([statusCode, data, errMsg], [401, { reason: "token_expired" }, "request:ok"]);
});

test("request answers a task and never a promise", async (t) => {
  const { url } = await startBackend(t);
  const task = startPhone(t).wx.request({ url });
  assert.equal("then" in task, false);
  assert.deepEqual(Object.keys(task).sort(), [
    "abort",
    "offChunkReceived",
    "offHeadersReceived",
    "onChunkReceived",
    "onHeadersReceived",
  ]);
});

test("there is no PATCH, and methods are upper case", async (t) => {
  const { url, arrived } = await startBackend(t);
  const { wx } = startPhone(t);
  for (const method of ["PATCH", "post"]) {
    await assert.rejects(requested(wx, { url, method }), { errMsg: "request:fail method is invalid" });
  }
  assert.equal(arrived.length, 0);
});

test("data becomes a query, JSON, a form or stays as it is", async (t) => {
  const { url, arrived } = await startBackend(t);
  const { wx } = startPhone(t);
  const form = { "content-type": "application/x-www-form-urlencoded" };
  await requested(wx, { url: `${url}/a?b=1`, data: { c: "天 &", d: 2 } });
  await requested(wx, { url, method: "POST", data: { c: 1 } });
  await requested(wx, { url, method: "POST", data: { c: "1 2", d: "&" }, header: form });
  await requested(wx, { url, method: "PUT", data: "as it is" });
  await requested(wx, { url, method: "POST", data: new Uint8Array([104, 105]).buffer });
  assert.equal(arrived[0]?.url, "/a?b=1&c=%E5%A4%A9%20%26&d=2");
  assert.deepEqual([arrived[1]?.body, arrived[1]?.headers["content-type"]], ['{"c":1}', "application/json"]);
  assert.equal(arrived[2]?.body, "c=1%202&d=%26");
  assert.equal(arrived[3]?.body, "as it is");
  assert.equal(arrived[4]?.body, "hi");
});

test("what is no JSON stays a text; an ArrayBuffer comes where it is asked for", async (t) => {
  const { url } = await startBackend(t, (_request, response) => response.end("<p>no JSON</p>"));
  const { wx } = startPhone(t);
  assert.equal((await requested(wx, { url })).data, "<p>no JSON</p>");
  const { data } = await requested(wx, { url, responseType: "arraybuffer" });
  assert.equal(Buffer.from(data as ArrayBuffer).toString(), "<p>no JSON</p>");
});

test("only the platform says where a request comes from", async (t) => {
  const { url, arrived } = await startBackend(t);
  await requested(startPhone(t).wx, { url, header: { Referer: "https://evil.example", "X-Own": "1" } });
  assert.equal(arrived[0]?.headers.referer, "https://servicewechat.com/wx-test/1/page-frame.html");
  assert.equal(arrived[0]?.headers["x-own"], "1");
});

test("header names come in one case or another", async (t) => {
  const { url } = await startBackend(t);
  const { wx } = startPhone(t, { seed: 5 });
  const spelled = new Set<string>();
  for (let time = 0; time < 30; time += 1) {
    for (const name of Object.keys((await requested(wx, { url })).header)) {
      if (name.toLowerCase() === "content-type") spelled.add(name);
    }
  }
  assert.deepEqual([...spelled].sort(), ["CONTENT-TYPE", "Content-Type", "content-type"]);
});

test("ten calls are under way at once, the others wait for their turn", async (t) => {
  const waiting: (() => void)[] = [];
  const { url, arrived } = await startBackend(t, (_request, response) => waiting.push(() => response.end("{}")));
  const phone = startPhone(t);
  const all = Array.from({ length: 25 }, () => requested(phone.wx, { url }));
  await until(() => arrived.length >= 10);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(arrived.length, 10);
  const release = setInterval(() => waiting.shift()?.(), 1);
  await Promise.all(all);
  clearInterval(release);
  assert.equal(phone.counters().mostInFlight, 10);
});

test("an aborted call fails so and frees its slot", async (t) => {
  const { url, arrived } = await startBackend(t, () => undefined);
  const phone = startPhone(t);
  const failed = new Promise((fail) => {
    const task = phone.wx.request({ url, fail });
    void until(() => arrived.length > 0).then(() => task.abort());
  });
  assert.deepEqual(await failed, { errMsg: "request:fail abort" });
  assert.equal(phone.counters().open, 0);
});

test("a call's own time-out ends it", async (t) => {
  const { url } = await startBackend(t, () => undefined);
  await assert.rejects(requested(startPhone(t).wx, { url, timeout: 30 }), { errMsg: "request:fail timeout", errno: 5 });
});

test("an address that is not listed is refused by the platform", async (t) => {
  const { url, arrived } = await startBackend(t);
  const phone = startPhone(t, { domains: ["api.example.com"], hosts: { "https://api.example.com": url } });
  await assert.rejects(requested(phone.wx, { url: "https://other.example.com/" }), { errno: 600_002 });
  assert.equal((await requested(phone.wx, { url: "https://api.example.com/orders" })).statusCode, 200);
  assert.deepEqual(
    arrived.map((one) => one.url),
    ["/orders"],
  );
});

test("a redirect is followed, headers and all, unless the call says otherwise", async (t) => {
  const { url, arrived } = await startBackend(t, (request, response) => {
    if (request.url === "/from") response.writeHead(302, { location: "/to" });
    response.end("{}");
  });
  const { wx } = startPhone(t);
  const header = { Authorization: "Bearer x" };
  assert.equal((await requested(wx, { url: `${url}/from`, header })).statusCode, 200);
  assert.equal(arrived[1]?.headers.authorization, "Bearer x");
  assert.equal((await requested(wx, { url: `${url}/from`, header, redirect: "manual" })).statusCode, 302);
  assert.equal(arrived.length, 3);
});

test("headers and chunks are told before the end", async (t) => {
  const heard: string[] = [];
  const { url } = await startBackend(t, (_request, response) => {
    response.writeHead(200, { "x-first": "1" });
    response.write("one,");
    void until(() => heard.includes("one,")).then(() => response.end("two"));
  });
  const { wx } = startPhone(t);
  await new Promise((success, fail) => {
    const task = wx.request({ url, enableChunked: true, success, fail });
    task.onHeadersReceived(({ statusCode }) => heard.push(String(statusCode)));
    task.onChunkReceived(({ data }) => heard.push(Buffer.from(data).toString()));
  });
  assert.deepEqual(heard, ["200", "one,", "two"]);
});

test("an upload's answer is a text, and a download of a refusal succeeds into a file", async (t) => {
  const { url, arrived } = await startBackend(t, (_request, response) => {
    response.writeHead(401, { "hufu-reason": "token_expired" });
    response.end('{"reason":"token_expired"}');
  });
  const phone = startPhone(t);
  phone.files.write("wxfile://photo", "pixels");
  const upload = await new Promise<object>((success, fail) => {
    phone.wx.uploadFile({ url, filePath: "wxfile://photo", name: "photo", formData: { of: "me" }, success, fail });
  });
  assert.deepEqual(upload, { data: '{"reason":"token_expired"}', statusCode: 401, errMsg: "uploadFile:ok" });
  assert.match(arrived[0]?.body ?? "", /name="of"\r\n\r\nme\r\n.*name="photo".*pixels/s);
  const download = await new Promise<{ tempFilePath: string; statusCode: number }>((success, fail) => {
    phone.wx.downloadFile({ url, success, fail });
  });
  assert.equal(download.statusCode, 401);
  assert.equal(phone.files.read(download.tempFilePath)?.toString(), '{"reason":"token_expired"}');
});
