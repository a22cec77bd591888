import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { createMemoryHotStore } from "../../store/hot/memory.ts";
import type { HotStore } from "../../store/hot.ts";
import { createSecrets } from "../../token/sealing/secrets.ts";
import { BEAT_MS, createPresence, presentNodes } from "./node-presence.ts";

const secret = () => randomBytes(32).toString("base64");

/** A deployment whose nodes share one hot store and one clock. */
function deployment() {
  let time = 1_800_000_000_000;
  const clock = { now: () => time, monotonic: () => time };
  const hot = createMemoryHotStore({ clock });
  const node = (id: string, ...secrets: readonly string[]) =>
    createPresence({ hot, clock, secrets: createSecrets(secrets), id, name: `web-${id}` });
  return {
    hot,
    node,
    pass: (ms: number) => (time += ms),
    names: async () => (await presentNodes(hot)).map(({ name }) => name),
  };
}

test("each node that beats is there with the ids of its secrets, newest first, and no secret is", async () => {
  const { hot, node, names } = deployment();
  const [older, newer] = [secret(), secret()];
  await Promise.all([node("one", newer, older).beat(), node("two", older).beat()]);
  assert.deepEqual((await names()).toSorted(), ["web-one", "web-two"]);
  const found = await presentNodes(hot);
  const ids = (list: readonly string[]) => createSecrets(list).all.map(({ id }) => id);
  assert.deepEqual(found.find(({ id }) => id === "one")?.secrets, ids([newer, older]));
  assert.deepEqual(found.find(({ id }) => id === "two")?.secrets, ids([older]));
  assert.ok(!JSON.stringify(found).includes(older));
});

test("a node that goes on stays, one that is silent is forgotten, one that leaves is gone at once", async () => {
  const { node, pass, names } = deployment();
  const [one, two, three] = [node("one", secret()), node("two", secret()), node("three", secret())];
  for (const presence of [one, two, three]) await presence.beat();
  await three.leave();
  assert.deepEqual((await names()).toSorted(), ["web-one", "web-two"]);
  for (let beats = 0; beats < 10; beats += 1) {
    pass(BEAT_MS);
    await one.beat();
  }
  assert.deepEqual(await names(), ["web-one"]);
});

test("a store that does not answer stops no node", async () => {
  const silent = async () => {
    throw new Error("away");
  };
  const hot = { ...deployment().hot, claim: silent, remember: silent, release: silent } satisfies HotStore;
  const clock = { now: () => 0, monotonic: () => 0 };
  const presence = createPresence({ hot, clock, secrets: createSecrets([secret()]), id: "one", name: "web" });
  await presence.beat();
  await presence.leave();
});
