import { writeSync } from "node:fs";
import { systemClock } from "../../../core/time/clock.ts";
import { openSqliteStore } from "../sqlite/open-sqlite-store.ts";

/** A process that is there to be killed: sets marks without end, and writes each one's key after it was answered. */
const [file] = process.argv.slice(2);
if (file === undefined) throw new TypeError("usage: claims.fixture.ts FILE");
const { hot } = await openSqliteStore({ file, clock: systemClock, entryLifeMs: 720_000 });

async function claim(lane: number): Promise<void> {
  for (let turn = 0; ; turn += 1) {
    const key = `${lane}-${turn}`;
    if (!(await hot.claim(key, "killed", 600_000))) throw new Error("nobody else sets these marks");
    writeSync(1, `${key};\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, (_, lane) => claim(lane)));
