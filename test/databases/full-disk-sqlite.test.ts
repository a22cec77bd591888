import { join } from "node:path";
import { test } from "node:test";
import { mountSmallDisk } from "../infrastructure/small-disk.fixture.ts";
import { servesOnFullDisk } from "./full-disk.fixture.ts";

test("SQLite on a full disk: what must write is 503, all else is answered, and it recovers by itself", async (t) => {
  const disk = mountSmallDisk(2);
  t.after(disk.close);
  await servesOnFullDisk(t, { disk, url: `sqlite:${join(disk.folder, "hufu.db")}`, everyWriteNeedsSpace: true });
});
