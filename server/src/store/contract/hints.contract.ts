import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { ContractCase, HintsHarness } from "./contract-case.ts";

/** How often a case looks whether something has arrived, and how many times. */
const LOOK_MS = 5;
const LOOKS_MOST = 6000;

interface Listener {
  /** How many hints were heard so far. */
  heard(): number;
  stop(): Promise<void>;
}

async function listenOn(harness: HintsHarness): Promise<Listener> {
  let heard = 0;
  const stop = await (await harness.open()).listen(() => {
    heard += 1;
  });
  return { heard: () => heard, stop };
}

async function until(isSo: () => boolean): Promise<void> {
  for (let looks = 0; !isSo(); looks += 1) {
    assert.ok(looks < LOOKS_MOST, "a hint never arrived");
    await delay(LOOK_MS);
  }
}

/** The promises of `Hints`. */
export const hintsCases: readonly ContractCase<HintsHarness>[] = [
  {
    name: "a hint reaches every other node that listens",
    async run(harness) {
      const listeners = [await listenOn(harness), await listenOn(harness), await listenOn(harness)];
      const sender = await harness.open();
      await sender.send();
      await until(() => listeners.every(({ heard }) => heard() > 0));
      for (const { stop } of listeners) await stop();
    },
  },
  {
    name: "a node that listens and sends is heard by the others",
    async run(harness) {
      let heard = 0;
      const node = await harness.open();
      const stop = await node.listen(() => undefined);
      const other = await (await harness.open()).listen(() => {
        heard += 1;
      });
      await node.send();
      await until(() => heard > 0);
      await stop();
      await other();
    },
  },
  {
    name: "after the last of many hints each listener is told once more",
    async run(harness) {
      const listener = await listenOn(harness);
      const sender = await harness.open();
      await Promise.all(Array.from({ length: 50 }, () => sender.send()));
      await until(() => listener.heard() > 0);
      const before = listener.heard();
      await sender.send();
      await until(() => listener.heard() > before);
      await listener.stop();
    },
  },
  {
    name: "a node that has stopped listening hears nothing more, and stopping twice is no mistake",
    async run(harness) {
      const [gone, stays] = [await listenOn(harness), await listenOn(harness)];
      await gone.stop();
      await gone.stop();
      const before = gone.heard();
      await (await harness.open()).send();
      await until(() => stays.heard() > 0);
      assert.equal(gone.heard(), before);
      await stays.stop();
    },
  },
  {
    name: "after an interruption it goes on by itself, and tells once, because hints may have been missed",
    async run(harness) {
      const listener = await listenOn(harness);
      const before = listener.heard();
      await harness.interrupt();
      await until(() => listener.heard() > before);
      const resumed = listener.heard();
      await (await harness.open()).send();
      await until(() => listener.heard() > resumed);
      await listener.stop();
    },
  },
  {
    name: "a node that stops during an interruption has stopped",
    async run(harness) {
      const listener = await listenOn(harness);
      const interrupted = harness.interrupt();
      await listener.stop();
      await interrupted;
      const before = listener.heard();
      const stays = await listenOn(harness);
      await (await harness.open()).send();
      await until(() => stays.heard() > 0);
      assert.equal(listener.heard(), before);
      await stays.stop();
    },
  },
];
