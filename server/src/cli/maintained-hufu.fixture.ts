import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { createHufu } from "../hufu/create-hufu.ts";
import type { Hufu } from "../hufu/hufu.ts";
import { readConfig } from "./config/read-config.ts";
import { toHufuOptions } from "./config/to-hufu-options.ts";
import { deployment, type Ran, typed, type Where } from "./hufu.fixture.ts";

/** A deployment with a database file of its own, and a way to type commands about it. */
export interface MaintainedHufu extends Awaited<ReturnType<typeof deployment>> {
  /** The database's file, which does not exist yet. */
  readonly file: string;
  /** Types a command, with `--config` behind it. */
  type(...args: string[]): Promise<Ran>;
  /** The same in other surroundings. */
  typeWith(env: Readonly<Record<string, string>>, ...args: string[]): Promise<Ran>;
}

/** @param database default: a file in a folder of its own */
export async function stack(
  t: TestContext,
  changes: Readonly<Record<string, unknown>> = {},
  database?: string,
): Promise<MaintainedHufu> {
  const where = await deployment(t, changes);
  // These tests type in this process, whose working folder is another one.
  const file = join(where.folder, "hufu.db");
  const config = JSON.parse(readFileSync(where.config, "utf8"));
  writeFileSync(where.config, JSON.stringify({ ...config, database: database ?? `sqlite:${file}` }));
  const typeWith: MaintainedHufu["typeWith"] = (env, ...args) =>
    typed([...args, "--config", "hufu.json"], { ...where, env });
  return { ...where, file, typeWith, type: (...args) => typeWith(where.env ?? {}, ...args) };
}

/** The deployment's server, in this process. */
export async function serving(t: TestContext, where: Where): Promise<Hufu> {
  const hufu = await createHufu(
    toHufuOptions(await readConfig("hufu.json", { env: where.env ?? {}, folder: where.folder })),
  );
  t.after(() => hufu.close());
  return hufu;
}
