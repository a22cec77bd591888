// `hufu import` of users with openid, unionid, external id and a role, from the file to the last commit, the check of the
// file included; and the same file once more, which changes nothing.
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { main } from "../server/src/cli/main.ts";
import { applyMigrations } from "../server/src/hufu/database/maintenance.ts";
import type { Figure, Measure } from "./figure.ts";
import { withMariadb } from "./mariadb.ts";
import { benchOptions, CLIENT_ID } from "./people.ts";
import { withPostgres } from "./postgres.ts";
import { scratchFolder } from "./scratch-folder.ts";

const USERS = 100_000;
const QUICK_USERS = 20_000;
const NO_PLATFORM = "http://127.0.0.1:9";

export const measureImport: Measure = async ({ quick }, say) => {
  const users = quick ? QUICK_USERS : USERS;
  const folder = scratchFolder();
  writeFileSync(join(folder, "users.ndjson"), linesOf(users));
  const measure = async (name: string, database: string, least: number | null): Promise<readonly Figure[]> => {
    say(`${name}: importing ${users.toLocaleString("en")} users`);
    return importTwice(folder, name, database, users, least);
  };
  const onSqlite = await measure("SQLite, FULL", `sqlite:${join(folder, "hufu.db")}`, 20_000);
  const onPostgres = await withPostgres((url) => measure("PostgreSQL, synchronous_commit=on", url, 5000));
  const onMariadb = await withMariadb((url) => measure("MariaDB", url, null));
  return [...onSqlite, ...onPostgres, ...onMariadb];
};

async function importTwice(
  folder: string,
  name: string,
  database: string,
  users: number,
  least: number | null,
): Promise<readonly Figure[]> {
  writeFileSync(join(folder, "hufu.json"), JSON.stringify(benchOptions(NO_PLATFORM, database)));
  await applyMigrations(database);
  const first = await timed(folder, users);
  const again = await timed(folder, users);
  const figure = (of: string, { perSecond, cpu }: Timed, bound: number | null): Figure => ({
    of,
    unit: "users/s",
    ours: perSecond,
    peer: bound ?? perSecond,
    peerName: bound === null ? "itself" : "the budget itself",
    limit: null,
    ratio: bound === null ? 1 : perSecond / bound,
    spread: 0,
    bound: bound === null ? null : { least: 1 },
    note: `${cpu.toFixed(0)} µs of processor time a user in this process`,
  });
  return [figure(`${name}, new users`, first, least), figure(`${name}, the same file again`, again, null)];
}

interface Timed {
  readonly perSecond: number;
  readonly cpu: number;
}

async function timed(folder: string, users: number): Promise<Timed> {
  const written: string[] = [];
  const before = process.cpuUsage();
  const began = performance.now();
  const code = await main(["import", "users.ndjson", "--config", "hufu.json"], {
    env: {},
    folder,
    out: (words) => void written.push(words),
    err: (words) => void written.push(words),
    read: async () => "",
    now: () => Date.now(),
  });
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(before);
  if (code !== 0) throw new Error(`the import failed: ${written.join("")}`);
  return { perSecond: users / seconds, cpu: (user + system) / users };
}

function linesOf(users: number): string {
  const id = (): string => `o${randomBytes(21).toString("base64url").slice(0, 27)}`;
  return Array.from({ length: users }, (_, index) => {
    const user = {
      app: CLIENT_ID,
      openid: id(),
      unionid: id(),
      external_id: String(100_000 + index),
      roles: ["member"],
    };
    return `${JSON.stringify(user)}\n`;
  }).join("");
}
