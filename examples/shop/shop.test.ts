// The mini program's pages, as they are built, on phones against the running back end.
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { type RunningShop, runShop, type ShopApi } from "./run-shop.ts";

async function openShop(t: TestContext): Promise<RunningShop> {
  const shop = await runShop();
  t.after(shop.close);
  return shop;
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const type = (value: string) => ({ detail: { value } });
const tap = (id: unknown, amount: unknown = 1990) => ({ currentTarget: { dataset: { id, amount } } });

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
  assert.deepEqual(plain(page.data["orders"]), [{ id: order?.id, item: "green tea", amount: 1990, paid: true }]);
  assert.equal(phone.counters().logins, 1);
  phone.rethrow();
});

test("a user neither pays nor sees another's order", async (t) => {
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

/** What was paid for an order, in the shop's own table. */
function payments({ shopFile }: RunningShop, order: string): unknown[] {
  const database = new DatabaseSync(shopFile, { readOnly: true, timeout: 30_000 });
  const rows = database.prepare("select amount from payments where order_id = ?").all(order);
  database.close();
  return rows.map(({ amount }) => amount);
}

async function ordered(shop: RunningShop, user: string) {
  const customer = shop.phone({ user });
  const environment = customer.open();
  const page = environment.openPage("pages/orders/orders");
  page.call("onType", type("ink"));
  await page.call("onCreate");
  const [order] = page.data["orders"] as { id: string }[];
  const { hufu } = environment.require("api.js") as ShopApi;
  return { customer, environment, page, id: order?.id ?? "", hufu };
}

test("paying with a ticket", async (t) => {
  const shop = await openShop(t);

  await t.test("a double tap, and the same order in two pages, pay once", async () => {
    const { customer, environment, page, id } = await ordered(shop, "alice");
    const other = environment.openPage("pages/orders/orders");
    await other.call("load");
    await Promise.all([page.call("onPay", tap(id)), page.call("onPay", tap(id)), other.call("onPay", tap(id))]);
    await page.call("onPay", tap(id));
    assert.deepEqual(payments(shop, id), [1990]);
    assert.deepEqual(customer.phone.shown(), []);
    for (const each of [page, other]) assert.equal((each.data["orders"] as { paid: boolean }[])[0]?.paid, true);
  });

  await t.test("a page that shows another amount than the shop asks for pays nothing", async () => {
    const { customer, page, id } = await ordered(shop, "alice");
    await page.call("onPay", tap(id, 1));
    assert.deepEqual(customer.phone.shown(), [
      { what: "showToast", options: { title: "内容有变化，请刷新后重新确认", icon: "none" } },
    ]);
    assert.deepEqual(payments(shop, id), []);
    await page.call("onPay", tap(id));
    assert.deepEqual(payments(shop, id), [1990]);
  });

  await t.test(
    "a ticket pays its own order, for its own session, once: repeated nothing changes, kept it expires",
    async () => {
      const { hufu, id, page } = await ordered(shop, "alice");
      const ticketFor = async (order: string): Promise<unknown> => {
        const purpose = { operation: "order.pay", parameters: { order, amount: 1990 } };
        return ((await hufu.post("/auth/tickets", purpose)).data as { ticket: unknown }).ticket;
      };
      const pay = (order: string, ticket: unknown, by = hufu): Promise<unknown> =>
        by.put(`/orders/${order}/payment`, { ticket }).then(
          ({ statusCode }) => statusCode,
          ({ reason }) => reason,
        );
      const ticket = await ticketFor(id);
      assert.equal(await pay(id, await ticketFor("another order")), "ticket_mismatch");
      const again = shop.phone({ user: "alice" }).open();
      const { hufu: elsewhere } = again.require("api.js") as ShopApi;
      assert.equal(await pay(id, ticket, elsewhere), "ticket_mismatch");
      assert.equal(await pay(id, undefined), "ticket_invalid");
      assert.deepEqual(payments(shop, id), []);

      assert.deepEqual([await pay(id, ticket), await pay(id, ticket)], [200, 200]);
      assert.deepEqual(payments(shop, id), [1990]);

      page.call("onType", type("paper"));
      await page.call("onCreate");
      const [second] = page.data["orders"] as { id: string }[];
      const later = second?.id ?? "";
      const kept = await ticketFor(later);
      shop.clock.skip(61_000);
      assert.equal(await pay(later, kept), "ticket_expired");
      assert.deepEqual(payments(shop, later), []);
    },
  );
});

test("paying an hour after the sign-in: the guard asks who it is, and the client answers unseen", async (t) => {
  const shop = await openShop(t);
  const { customer, page, id } = await ordered(shop, "alice");
  const { phone } = customer;
  const before = phone.calls().length;
  shop.clock.skip(3_600_000);
  await page.call("onPay", tap(id));
  const asked = phone.calls().slice(before);
  assert.deepEqual(
    asked.map(({ method, url }) => `${method} ${new URL(url).pathname}`),
    [
      "POST /auth/oauth/token",
      "POST /auth/tickets",
      `PUT /orders/${id}/payment`,
      "POST /auth/me/step-up",
      `PUT /orders/${id}/payment`,
    ],
  );
  assert.deepEqual([phone.counters().logins, phone.shown()], [2, []]);
  assert.equal((page.data["orders"] as { paid: boolean }[])[0]?.paid, true);
  assert.deepEqual(payments(shop, id), [1990]);
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
