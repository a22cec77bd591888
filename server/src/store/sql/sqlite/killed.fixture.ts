import { writeSync } from "node:fs";
import { systemClock } from "../../../core/time/clock.ts";
import { refreshed, signIn } from "../../contract/sample-sign-in.ts";
import { openSqliteStore } from "./open-sqlite-store.ts";

/**
 * A process that is there to be killed: signs users in and refreshes them without end, and writes a line for every
 * change after it was answered: session id, version, hash of the current token.
 */
const [file] = process.argv.slice(2);
if (file === undefined) throw new TypeError("usage: killed.fixture.ts FILE");
const store = await openSqliteStore({ file, clock: systemClock, entryLifeMs: 720_000 });

async function live(lane: number): Promise<void> {
  let { session } = (await signIn(store, { openid: `o_${lane}` })).facts;
  for (;;) {
    writeSync(1, `${session.id} ${session.version} ${session.currentHash}\n`);
    const next = refreshed(session);
    if (!(await store.sessions.compareAndSet(next))) throw new Error("nobody else changes this session");
    session = next;
  }
}

await Promise.all(Array.from({ length: 8 }, (_, lane) => live(lane)));
