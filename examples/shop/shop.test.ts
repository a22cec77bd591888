// The mini program's pages, as they are built, on phones against the running back end.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type RunningShop, runShop } from "./run-shop.ts";

async function openShop(t: TestContext): Promise<RunningShop> {
  const shop = await runShop();
  t.after(shop.close);
  return shop;
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const type = (value: string) => ({ detail: { value } });
const tap = (id: unknown) => ({ currentTarget: { dataset: { id } } });

test("a customer orders, pays and sees it, and never thinks of a token", async (t) => {
  const shop = await openShop(t);
  const { phone, open } = shop.phone({ user: "alice" });
  const page = open().openPage("pages/orders/orders");
  page.call("onType", type("green tea"));
  await page.call("onCreate");
  const [order] = page.data["orders"] as { id: string; item: string; paid: boolean }[];
  assert.deepEqual([order?.item, order?.paid, page.data["item"]], ["green tea", false, ""]);
  await page.call("onPay", tap(order?.id));
  await page.call("load");
  assert.deepEqual(plain(page.data["orders"]), [{ id: order?.id, item: "green tea", paid: true }]);
  assert.equal(phone.counters().logins, 1);
  phone.rethrow();
});

test("nobody pays or sees another's order", async (t) => {
  const shop = await openShop(t);
  const alice = shop.phone({ user: "alice" }).open().openPage("pages/orders/orders");
  alice.call("onType", type("ink"));
  await alice.call("onCreate");
  const [order] = alice.data["orders"] as { id: string }[];
  const bobs = shop.phone({ user: "bob" });
  const bob = bobs.open().openPage("pages/orders/orders");
  await bob.call("load");
  assert.deepEqual(plain(bob.data["orders"]), []);
  await bob.call("onPay", tap(order?.id));
  assert.deepEqual(bobs.phone.shown(), [
    { what: "showToast", options: { title: "您没有权限进行此操作，如需开通请联系客服", icon: "none" } },
  ]);
});

test("my devices: both are listed, one is sent away and told so", async (t) => {
  const shop = await openShop(t);
  const phone = shop.phone({ user: "alice", model: "iPhone 15" });
  const pad = shop.phone({ user: "alice", model: "iPad Air", platform: "ios" });
  const atHome = pad.open().openPage("pages/orders/orders");
  await atHome.call("load");
  const devices = phone.open().openPage("pages/devices/devices");
  await devices.call("load");
  const listed = devices.data["devices"] as { id: string; current: boolean; device: { name: string; type: string } }[];
  assert.deepEqual(
    listed.map(({ current, device }) => [device.name, device.type, current]),
    [
      ["iPhone 15", "phone", true],
      ["iPad Air", "pad", false],
    ],
  );
  await devices.call("onEnd", tap(listed[1]?.id));
  assert.equal((devices.data["devices"] as unknown[]).length, 1);
  await atHome.call("load");
  assert.deepEqual([atHome.data["signedOut"], plain(atHome.data["orders"])], [true, []]);
  await atHome.call("onSignIn");
  assert.equal(atHome.data["signedOut"], false);
});

test("signing out stays signed out, also after a restart, until the button is tapped", async (t) => {
  const shop = await openShop(t);
  const customer = shop.phone({ user: "alice" });
  const environment = customer.open();
  await environment.openPage("pages/orders/orders").call("load");
  const devices = environment.openPage("pages/devices/devices");
  await devices.call("load");
  await devices.call("onSignOut");
  assert.deepEqual(customer.phone.shown().at(-1), { what: "switchTab", options: { url: "/pages/orders/orders" } });
  customer.phone.restart();
  const page = customer.open().openPage("pages/orders/orders");
  await page.call("load");
  assert.equal(page.data["signedOut"], true);
  await page.call("onSignIn");
  assert.equal(page.data["signedOut"], false);
  assert.equal(customer.phone.counters().logins, 2);
});

test("what the back end refuses is told, and the page keeps what it shows", async (t) => {
  const shop = await openShop(t);
  const customer = shop.phone({ user: "alice" });
  const page = customer.open().openPage("pages/orders/orders");
  await page.call("load");
  page.call("onType", type("x".repeat(101)));
  await page.call("onCreate");
  assert.deepEqual(customer.phone.shown(), [
    { what: "showToast", options: { title: "item: 1 to 100 characters", icon: "none" } },
  ]);
  assert.deepEqual(plain(page.data["orders"]), []);
  assert.equal((page.data["item"] as string).length, 101);
});
