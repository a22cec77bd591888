import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { until } from "../../until.fixture.ts";
import { folderWith, startPhone } from "../phone.fixture.ts";

test("only what a phone has is there", (t) => {
  const names =
    "URL URLSearchParams TextEncoder TextDecoder fetch crypto atob btoa queueMicrotask process Buffer AbortController structuredClone localStorage window document";
  const root = folderWith(t, {
    "there.js": `module.exports = ${JSON.stringify(names.split(" "))}.filter(name => typeof globalThis[name] !== "undefined");`,
    "built.js":
      "module.exports = [typeof Promise, typeof Map, typeof wx.request, typeof setTimeout, typeof console.log];",
  });
  const environment = startPhone(t).environment({ root });
  assert.deepEqual([...(environment.require("there.js") as string[])], []);
  assert.deepEqual(
    [...(environment.require("built.js") as string[])],
    ["function", "function", "function", "function", "function"],
  );
});

test("text is no code", (t) => {
  const root = folderWith(t, {
    "eval.js": "module.exports = () => eval('1');",
    "new.js": "module.exports = () => new Function('return 1');",
  });
  const environment = startPhone(t).environment({ root });
  for (const file of ["eval.js", "new.js"]) {
    const run = environment.require(file) as () => unknown;
    assert.throws(run, /Code generation from strings disallowed/);
  }
});

test("modules are found as on a phone, once each, and none outside", (t) => {
  const root = folderWith(t, {
    "pages/a.js": "module.exports = [require('../shared'), require('../shared'), require('pkg'), require('pkg/sub')];",
    "shared.js": "module.exports = { loaded: true };",
    "miniprogram_npm/pkg/index.js": "module.exports = 'package';",
    "miniprogram_npm/pkg/sub.js": "exports.sub = 1;",
    "out.js": "module.exports = require('../../etc/passwd');",
  });
  const environment = startPhone(t).environment({ root });
  const [first, second, main, sub] = environment.require("pages/a.js") as unknown[];
  assert.equal(first, second);
  assert.deepEqual([main, (sub as { sub: number }).sub], ["package", 1]);
  assert.throws(() => environment.require("out.js"), /is not defined/);
});

test("a package that npm installed and nobody built is taken from the build that it names", (t) => {
  const project = folderWith(t, {
    "node_modules/@scope/pkg/package.json": '{ "name": "@scope/pkg", "miniprogram": "build" }',
    "node_modules/@scope/pkg/build/index.js": "exports.text = require('./text.js');",
    "node_modules/@scope/pkg/build/text.js": "module.exports = 'built by its authors';",
    "node_modules/@scope/pkg/outside.js": "module.exports = 'not for mini programs';",
    "miniprogram/app.js": "module.exports = require('@scope/pkg').text;",
    "miniprogram/out.js": "module.exports = require('@scope/pkg/../outside');",
    "miniprogram/missing.js": "require('@scope/other');",
  });
  const environment = startPhone(t).environment({ root: join(project, "miniprogram") });
  assert.equal(environment.require("app.js"), "built by its authors");
  assert.throws(() => environment.require("out.js"), /is not defined/);
  assert.throws(() => environment.require("missing.js"), /'@scope\/other' is not defined; npm install @scope\/other/);
});

test("the date is the phone's", (t) => {
  const root = folderWith(t, {
    "date.js":
      "module.exports = () => [Date.now(), new Date().getTime(), new Date(5).getTime(), Date.parse('1970-01-01T00:00:01Z'), new Date() instanceof Date];",
  });
  const phone = startPhone(t, { clockSkew: -86_400_000 });
  const ask = phone.environment({ root }).require("date.js") as () => [number, number, number, number, boolean];
  const [now, made, given, parsed, is] = ask();
  assert.ok(Math.abs(now - (Date.now() - 86_400_000)) < 2000);
  assert.ok(Math.abs(made - now) < 100);
  assert.deepEqual([given, parsed, is], [5, 1000, true]);
  phone.clock.jump(86_400_000);
  assert.ok(Math.abs(ask()[0] - Date.now()) < 2000);
});

test("promises may be timers, as on old systems", async (t) => {
  const code =
    "module.exports = log => { Promise.resolve().then(() => log('then')); setTimeout(() => log('timer'), 0); };";
  const root = folderWith(t, { "order.js": code });
  const order = async (promises: "microtask" | "macrotask"): Promise<string[]> => {
    const heard: string[] = [];
    const run = startPhone(t).environment({ root, promises }).require("order.js") as (
      log: (word: string) => void,
    ) => void;
    run((word) => heard.push(word));
    await Promise.resolve();
    heard.push("a microtask later");
    await until(() => heard.length === 3);
    return heard;
  };
  assert.equal((await order("microtask"))[0], "then");
  assert.equal((await order("macrotask"))[0], "a microtask later");
});

test("pages are driven through their lives", (t) => {
  const root = folderWith(t, {
    "app.js": "App({ greeting: 'hi', onLaunch(o) { this.launched = o.scene; } });",
    "pages/list.js": `
      const app = getApp();
      Page({
        data: { items: [], user: { name: '' } },
        onLoad(query) { this.setData({ items: [{ id: query.id }], 'user.name': app.greeting }); },
        pay(event) { this.setData({ 'items[0].paid': event.detail }); return this.data.items.length; },
        onHide() { wx.showToast({ title: 'bye' }); },
      });`,
  });
  const phone = startPhone(t);
  const environment = phone.environment({ root });
  environment.require("app.js");
  environment.launch({ scene: 1001 });
  assert.equal(environment.getApp()["launched"], 1001);
  const page = environment.openPage("pages/list", { id: "7" });
  assert.equal(page.call("pay", { detail: true }), 1);
  assert.equal(JSON.stringify(page.data), '{"items":[{"id":"7","paid":true}],"user":{"name":"hi"}}');
  page.hide();
  assert.deepEqual(phone.shown(), [{ what: "showToast", options: { title: "bye" } }]);
  assert.equal(JSON.stringify(environment.openPage("pages/list", { id: "8" }).data["items"]), '[{"id":"8"}]');
  assert.throws(() => page.call("nothing"), /no method "nothing"/);
  phone.rethrow();
});

test("after a kill timers of the old run do nothing", async (t) => {
  const root = folderWith(t, { "tick.js": "module.exports = log => setInterval(() => log(), 5);" });
  const phone = startPhone(t);
  let ticks = 0;
  (phone.environment({ root }).require("tick.js") as (log: () => void) => void)(() => {
    ticks += 1;
  });
  await until(() => ticks > 0);
  phone.kill();
  const before = ticks;
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.equal(ticks, before);
});
