// A hundred calls at once on an expired token, by the built client on a simulated phone: how many refreshes.
import { setTimeout as delay } from "node:timers/promises";
import { openShop } from "../test/client/shop.fixture.ts";
import { againstBudget, type Measure } from "./figure.ts";

const CALLS = 100;

export const measureB13: Measure = async () => {
  const closing: (() => unknown)[] = [];
  const shop = await openShop({ after: (close) => void closing.push(close) }, { tokens: { access: "2s" } });
  try {
    const client = shop.client(shop.phone());
    await client.get("/orders");
    await delay(2050);
    const before = shop.tokenCalls.length;
    const answers = await Promise.all(Array.from({ length: CALLS }, () => client.get("/orders")));
    if (!answers.every(({ statusCode }) => statusCode === 200)) throw new Error("a call was not answered");
    const refreshes = shop.tokenCalls.length - before;
    return [
      againstBudget({
        of: "the built client on a simulated phone, access life 2 s",
        unit: "refreshes",
        ours: refreshes,
        most: 1,
      }),
    ];
  } finally {
    for (const close of closing.toReversed()) await close();
  }
};
