// The mini program itself, as DevTools would build it, on simulated phones: pages that know of no token.
import { setTimeout as wait } from "node:timers/promises";
import { NETWORKS, type OpenPage, type SimulatedPhoneOptions } from "@hufu/simulator";
import { type RunningShop, runShop } from "../shop/run-shop.ts";
import { type AppOnPhone, startApp } from "./app-on-phone.ts";
import type { Walk } from "./step.ts";

/** So that the subway's seconds are not ours. */
const SPEED = 10;
const HOUR = 3_600_000;
/** Duplicates come soon: one that is still on its way when the clock skips an hour would come an hour late. */
const SUBWAY = { ...NETWORKS.subway, duplicateWithin: 2000 };

export async function walkOnPhones(walk: Walk): Promise<void> {
  const shop = await runShop({ speed: SPEED });
  try {
    const alice = startApp(shop.phone({ user: "alice", model: "iPhone 15", seed: 1 }));
    await openManyPages(walk, shop, alice);
    await rideTheSubway(walk, shop, alice);
    await leaveAndReturn(walk, alice);
    await haveTwoDevices(walk, shop, alice);
    await lookWithoutAnAccount(walk, shop);
  } finally {
    await shop.close();
  }
}

async function openManyPages({ title, step }: Walk, shop: RunningShop, alice: AppOnPhone): Promise<void> {
  title("The mini program on simulated phones: ten pages, one sign-in, one refresh");
  await step("alice: ten pages at once, never seen before", "10 × 200, 1 wx.login, 0 refreshes", () => tenPages(alice));
  await step("alice: orders tea, pays, looks", "tea, paid", () => order(alice, "tea"));
  shop.clock.skip(HOUR);
  await step("alice: ten pages at once, an hour later", "10 × 200, 0 wx.login, 1 refresh", () => tenPages(alice));
  await step("alice: killed and started, ten pages", "10 × 200, 0 wx.login, 0 refreshes", () => {
    alice.restart();
    return tenPages(alice);
  });
}

async function rideTheSubway({ title, step }: Walk, shop: RunningShop, alice: AppOnPhone): Promise<void> {
  title("Subway: a third of all requests or answers are lost");
  alice.phone.setNetwork(SUBWAY);
  for (const ride of [1, 2, 3]) {
    await wait(SUBWAY.duplicateWithin / SPEED);
    shop.clock.skip(HOUR);
    await step(`alice: ride ${ride}, an hour after the last`, "10 × 200, 0 wx.login, 1 refresh", () => tenPages(alice));
  }
  alice.phone.setNetwork("perfect");
}

async function leaveAndReturn({ title, step }: Walk, { phone, hufu }: AppOnPhone): Promise<void> {
  title("The app goes to the background during a call");
  let call: Promise<string> | undefined;
  await step("alice: GET /orders on a slow network, leaves", "interrupted by the system", async () => {
    phone.setNetwork({ ...NETWORKS.perfect, delay: [9000, 9000] });
    call = hufu.get("/orders").then(({ statusCode }) => `${statusCode}`);
    phone.background();
    // Five seconds of the phone, and then the platform takes the network away.
    for (const late = performance.now() + 5000; phone.counters().interrupted === 0 && performance.now() < late; ) {
      await wait(20);
    }
    return phone.counters().interrupted > 0 ? "interrupted by the system" : "still under way";
  });
  await step("alice: returns", "200 for the same call", async () => {
    phone.setNetwork("perfect");
    phone.foreground();
    return `${await call} for the same call`;
  });
}

async function haveTwoDevices({ title, step }: Walk, shop: RunningShop, alice: AppOnPhone): Promise<void> {
  title("Two devices, and one is signed out");
  const pad = startApp(shop.phone({ user: "alice", model: "iPad Air", seed: 2 }));
  const padPage = pad.openPage("orders");
  await step("alice: opens it on a tablet too", "shows 1 order", () => load(padPage));
  const devices = alice.openPage("devices");
  await step("alice: “my devices” on the phone", "iPad Air, iPhone 15 (this one)", async () => {
    await devices.call("load");
    return named(devices);
  });
  await step("alice: sends the tablet away", "iPhone 15 (this one)", async () => {
    const other = listed(devices, "devices").find(({ current }) => !current);
    await devices.call("onEnd", { currentTarget: { dataset: { id: other?.id } } });
    return named(devices);
  });
  await step("tablet: its page", "shows “sign in”: session_logged_out", () => load(padPage, pad));
  await step("tablet: taps it", "shows 1 order", async () => {
    await padPage.call("onSignIn");
    return shown(padPage);
  });
}

async function lookWithoutAnAccount({ title, step }: Walk, shop: RunningShop): Promise<void> {
  title("A guest in Moments' single-page mode, where nobody can sign in");
  // Scene 1154: a shared page in Moments; wx.login fails there.
  const guest: Partial<SimulatedPhoneOptions> = { user: "carol", scene: 1154, seed: 3 };
  const carol = startApp(shop.phone(guest));
  await step("carol: the page", "shows “sign in”, 0 wx.login", async () => {
    const text = await load(carol.openPage("orders"));
    return `${text}, ${carol.phone.counters().logins} wx.login`;
  });
}

async function tenPages({ phone, hufu, seen }: AppOnPhone): Promise<string> {
  const before = { logins: phone.counters().logins, refreshes: seen.refreshes };
  const answers = await Promise.all(Array.from({ length: 10 }, () => hufu.get("/orders")));
  const good = answers.filter(({ statusCode }) => statusCode === 200).length;
  const refreshes = seen.refreshes - before.refreshes;
  return `${good} × 200, ${phone.counters().logins - before.logins} wx.login, ${refreshes} refresh${refreshes === 1 ? "" : "es"}`;
}

async function order(app: AppOnPhone, item: string): Promise<string> {
  const page = app.openPage("orders");
  page.call("onType", { detail: { value: item } });
  await page.call("onCreate");
  const newest = listed(page, "orders")[0];
  await page.call("onPay", { currentTarget: { dataset: { id: newest?.id, amount: newest?.amount } } });
  await page.call("load");
  return listed(page, "orders")
    .map((one) => `${one.item}, ${one.paid ? "paid" : "not paid"}`)
    .join("; ");
}

async function load(page: OpenPage, app?: AppOnPhone): Promise<string> {
  await page.call("load");
  const why = app?.seen.ended.at(-1);
  return `${shown(page)}${why === undefined ? "" : `: ${why}`}`;
}

function named(page: OpenPage): string {
  return listed(page, "devices")
    .map(({ device, current }) => `${device?.name}${current ? " (this one)" : ""}`)
    .join(", ");
}

function shown(page: OpenPage): string {
  const { length } = listed(page, "orders");
  return page.data["signedOut"] ? "shows “sign in”" : `shows ${length} order${length === 1 ? "" : "s"}`;
}

interface Listed {
  readonly id?: string;
  readonly item?: string;
  readonly amount?: number;
  readonly paid?: boolean;
  readonly current?: boolean;
  readonly device?: { readonly name: string };
}

function listed(page: OpenPage, name: "orders" | "devices"): readonly Listed[] {
  return page.data[name] as readonly Listed[];
}
