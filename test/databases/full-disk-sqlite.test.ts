import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { deployment, runHufu } from "../../server/src/cli/hufu.fixture.ts";
import { systemClock } from "../../server/src/core/time/clock.ts";
import { openStoreAt } from "../../server/src/hufu/database/open-database.ts";
import { mountSmallDisk } from "../infrastructure/small-disk.fixture.ts";
import { servesOnFullDisk } from "./full-disk.fixture.ts";

test("SQLite on a full disk: what must write is 503, all else is answered, and it recovers by itself", async (t) => {
  const disk = mountSmallDisk(2);
  t.after(disk.close);
  await servesOnFullDisk(t, { disk, url: `sqlite:${join(disk.folder, "hufu.db")}`, everyWriteNeedsSpace: true });
});

test("SQLite on a disk that is mounted read-only: serve and createHufu name the cause and the remedy", async (t) => {
  const disk = mountSmallDisk(2);
  t.after(disk.close);
  const options = { clock: systemClock, entryLifeMs: 720_000 };
  mkdirSync(join(disk.folder, "made"));
  await (await openStoreAt(`sqlite:${join(disk.folder, "made", "hufu.db")}`, options)).close();
  disk.protect();
  for (const folder of [disk.folder, join(disk.folder, "made")]) {
    const database = `sqlite:${join(folder, "hufu.db")}`;
    const text = `database: ${folder} is on a file system that is mounted read-only; write the path of a file elsewhere`;
    await assert.rejects(openStoreAt(database, options), new TypeError(text));
    const { code, err } = await runHufu(["serve", "--config", "hufu.json"], await deployment(t, { database }));
    assert.deepEqual([code, err], [1, `hufu: ${text}\n`]);
  }
});
