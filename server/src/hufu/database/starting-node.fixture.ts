import { once } from "node:events";
import { systemClock } from "../../core/time/clock.ts";
import { openStoreAt } from "./open-database.ts";

/** A process that starts as a node does, when it is told to: opens the database that its argument names, and asks it. */
const [url] = process.argv.slice(2);
if (url === undefined) throw new TypeError("usage: starting-node.fixture.ts URL");
console.log("ready");
await once(process.stdin, "data");
const migrated: unknown[] = [];
const ignore = (): void => undefined;
const info = (fields: object): void => {
  if ("migrations" in fields) migrated.push(fields);
};
const log = { debug: ignore, info, warn: ignore, error: ignore };
const store = await openStoreAt(url, { clock: systemClock, entryLifeMs: 720_000, log });
await store.ping();
await store.close();
console.log(migrated.length);
process.stdin.destroy();
