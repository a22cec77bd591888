// A day in the life of many phones, told hour by hour: commutes, lifts, apps that the system kills, an administrator
// who changes roles, an hour without the platform. Chance comes from a seed; only the order in which answers arrive is
// the machine's.
import { setTimeout as wait } from "node:timers/promises";
import { createSeededRandom, NETWORKS, type NetworkProfile, type SeededRandom } from "@hufu/simulator";
import { type RunningShop, runShop } from "../shop/run-shop.ts";
import { type AppOnPhone, startApp } from "./app-on-phone.ts";
import type { Walk } from "./step.ts";

export interface DayOptions {
  readonly phones: number;
  readonly seed: number;
}

interface Person {
  readonly user: string;
  readonly app: AppOnPhone;
  isKicked: boolean;
}

/** What an hour does to people: who looks at the shop, and on what network. */
interface Hour {
  readonly on: keyof typeof ON_THE_WAY;
  /** How many of a hundred open it. */
  readonly open: number;
  readonly news?: string;
}

const SPEED = 20;
const HOUR_MS = 3_600_000;
/** An hour's visits are squeezed into its beginning: so many ms of the phones for each of them. */
const VISIT_EVERY_MS = 150;
const KICKED = 3;

/** A late duplicate must not wait for the rest of the hour: when it arrives it would count as reuse. */
const soon = (network: NetworkProfile): NetworkProfile => ({ ...network, duplicateWithin: 2000 });
const ON_THE_WAY = {
  home: NETWORKS.perfect,
  town: soon(NETWORKS.city),
  subway: soon(NETWORKS.subway),
  lift: soon(NETWORKS.lift),
};

const NIGHT: Hour = { on: "home", open: 4 };
const DAY: readonly Hour[] = [
  ...Array.from({ length: 6 }, () => NIGHT),
  { on: "home", open: 30 },
  { on: "town", open: 60 },
  { on: "subway", open: 90, news: "rush hour under ground" },
  { on: "lift", open: 50, news: "everybody in the lifts" },
  { on: "town", open: 40, news: "all roles are changed" },
  { on: "town", open: 40 },
  { on: "town", open: 80 },
  { on: "town", open: 50, news: "the platform is away" },
  { on: "town", open: 40 },
  { on: "town", open: 40 },
  { on: "town", open: 40 },
  { on: "town", open: 60 },
  { on: "subway", open: 90, news: "rush hour under ground" },
  { on: "town", open: 70 },
  { on: "home", open: 80, news: `${KICKED} people are kicked` },
  { on: "home", open: 80 },
  { on: "home", open: 60 },
  { on: "home", open: 20 },
];

/** Prints a line for each hour, and then takes the steps that the day has to keep. */
export async function liveADay(walk: Walk, print: (line: string) => void, options: DayOptions): Promise<void> {
  walk.title(`A day in the life of ${options.phones} phones (seed ${options.seed})`);
  const shop = await runShop({ speed: SPEED });
  try {
    const seeded = createSeededRandom(options.seed);
    const people = Array.from({ length: options.phones }, (_, at): Person => {
      const user = `user-${at}`;
      return { user, app: startApp(shop.phone({ user, seed: options.seed * 10_000 + at })), isKicked: false };
    });
    print(HEAD);
    let views = 0;
    for (const [number, hour] of DAY.entries()) {
      const before = totals(people);
      const seen = await liveAnHour(shop, people, number, hour, seeded);
      views += seen;
      const { on, news } = hour;
      print(row(`${number}:00`.padStart(5), on, seen, difference(totals(people), before), news));
    }
    const day = totals(people);
    print(row("whole", "day", views, day));
    await judge(walk, people, views, day);
  } finally {
    await shop.close();
  }
}

async function judge({ step }: Walk, people: readonly Person[], views: number, day: Totals): Promise<void> {
  const honest = people.filter(({ isKicked }) => !isKicked);
  const ended = honest.flatMap(({ user, app }) => app.seen.ended.map((why) => `${user}: ${why}`));
  await step("honest people who were signed out", "nobody", () => ended.join(", ") || "nobody");
  const kicked = people.filter(({ isKicked }) => isKicked);
  await step("kicked people who were told so", `${kicked.length}: session_kicked`, () => {
    const told = new Set(kicked.flatMap(({ app }) => app.seen.ended));
    return `${kicked.filter(({ app }) => app.seen.ended.length === 1).length}: ${[...told].join(", ")}`;
  });
  await step("sign-ins that were not needed", "none", () => {
    const needed = people.filter(({ app }) => app.seen.signIns > 0).length + kicked.length;
    return day.signIns <= needed ? "none" : `${day.signIns - needed}`;
  });
  // docs/reference/wechat.md §8: about twice as many logins a day as page views, before the platform refuses.
  await step("wx.login within the quota of twice the views", "within", () =>
    day.logins <= 2 * views ? "within" : `${day.logins} of ${2 * views}`,
  );
  for (const { app } of people) app.phone.rethrow();
}

async function liveAnHour(
  shop: RunningShop,
  people: readonly Person[],
  number: number,
  { on, open, news = "" }: Hour,
  seeded: SeededRandom,
): Promise<number> {
  const begun = shop.clock.monotonic();
  if (news.includes("platform")) shop.wechat.fault({ path: "/sns/jscode2session", kind: "http-500", times: 1_000_000 });
  const administrator = administrate(shop, people, news);
  let views = 0;
  const visits = people.map(async (person) => {
    const isOpened = seeded.happens(open / 100);
    const when = seeded.roll() * VISIT_EVERY_MS * people.length;
    const pages = 1 + Math.floor(seeded.roll() * 4);
    const wasKilled = seeded.happens(0.2);
    const leaves = seeded.happens(0.15);
    // A user who was kicked looks once more, so that the phone learns of it.
    if (!isOpened && !(person.isKicked && number === DAY.length - 1)) return;
    const { app } = person;
    await wait(when / SPEED);
    if (wasKilled) app.restart();
    app.phone.foreground();
    app.phone.setNetwork(ON_THE_WAY[on]);
    for (let at = 0; at < pages; at += 1) {
      views += 1;
      await view(app, at, leaves && at === 0);
    }
    app.phone.background();
  });
  await Promise.all([administrator, ...visits]);
  shop.wechat.clearFaults();
  await wait(ON_THE_WAY.subway.duplicateWithin / SPEED);
  shop.clock.skip(Math.max(0, HOUR_MS - (shop.clock.monotonic() - begun)));
  return views;
}

/** Looks at a page, and acts as people do: if the button is there, taps it. */
async function view(app: AppOnPhone, at: number, leaves: boolean): Promise<void> {
  const page = app.openPage(at === 3 ? "devices" : "orders");
  const loaded = page.call("load");
  if (leaves) {
    app.phone.background();
    await wait(8000 / SPEED);
    app.phone.foreground();
  }
  await loaded;
  if (at === 1) {
    page.call("onType", { detail: { value: "tea" } });
    await page.call("onCreate");
  }
  if (page.data["signedOut"]) await page.call("onSignIn");
  page.unload();
}

async function administrate({ hufu }: RunningShop, people: readonly Person[], news: string): Promise<void> {
  await wait((VISIT_EVERY_MS * people.length) / 2 / SPEED);
  if (news.includes("roles")) for (const { id } of known(people)) await hufu.stale(id);
  if (!news.includes("kicked")) return;
  for (const { person, id } of known(people).slice(0, KICKED)) {
    person.isKicked = true;
    await hufu.sessions.kickAll(id);
  }
}

/** People who have signed in, by Hufu's id of them. */
function known(people: readonly Person[]): readonly { readonly person: Person; readonly id: string }[] {
  return people.flatMap((person) => {
    const id = person.app.seen.user;
    return id === undefined ? [] : [{ person, id }];
  });
}

interface Totals {
  readonly calls: number;
  readonly lost: number;
  readonly refreshes: number;
  readonly signIns: number;
  readonly logins: number;
  /** What the mini program had to tell its user. */
  readonly told: number;
}

function totals(people: readonly Person[]): Totals {
  const sum = (count: (app: AppOnPhone) => number): number => people.reduce((all, { app }) => all + count(app), 0);
  return {
    calls: sum(({ phone }) => phone.counters().calls),
    lost: sum(({ phone }) => phone.counters().lostRequests + phone.counters().lostAnswers),
    refreshes: sum(({ seen }) => seen.refreshes),
    signIns: sum(({ seen }) => seen.signIns),
    logins: sum(({ phone }) => phone.counters().logins),
    told: sum(({ phone }) => phone.shown().filter(({ what }) => what === "showToast").length),
  };
}

function difference(after: Totals, before: Totals): Totals {
  return {
    calls: after.calls - before.calls,
    lost: after.lost - before.lost,
    refreshes: after.refreshes - before.refreshes,
    signIns: after.signIns - before.signIns,
    logins: after.logins - before.logins,
    told: after.told - before.told,
  };
}

const HEAD = `hour   network   views    calls     lost  refreshes  sign-ins  wx.login  told the user`;

function row(hour: string, network: string, views: number, counted: Totals, news = ""): string {
  const { calls, lost, refreshes, signIns, logins, told } = counted;
  const numbers = [
    [views, 8],
    [calls, 9],
    [lost, 9],
    [refreshes, 11],
    [signIns, 10],
    [logins, 10],
    [told, 6],
  ].map(([number = 0, width = 0]) => `${number}`.padStart(width));
  return `${hour.padEnd(6)} ${network.padEnd(6)}${numbers.join("")}${news === "" ? "" : `  ${news}`}`;
}
