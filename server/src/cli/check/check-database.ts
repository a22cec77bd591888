import { systemRandom } from "../../core/random.ts";
import { systemClock } from "../../core/time/clock.ts";
import { allMigrations, openStoreAsItIs, pendingMigrations } from "../../hufu/database/maintenance.ts";
import { checkDatabaseAt } from "../../hufu/database/open-database.ts";
import type { ResolvedOptions } from "../../hufu/options/resolve-options.ts";
import { openStoredKey } from "../../session/signing-keys/open-stored-key.ts";
import { createSealedBox } from "../../token/sealing/sealed-box.ts";
import { createSecrets } from "../../token/sealing/secrets.ts";
import { findDatabase } from "../config/find-database.ts";
import { counted } from "../output/counted.ts";
import { clockFinding } from "./clock-finding.ts";
import { type Finding, finding } from "./finding.ts";

const WHAT = "database";
/** The clocks of nodes and database may differ by so much. */
const SKEW_MOST_MS = 5000;

/** Where the database is, and how. */
export interface DatabasePlace {
  readonly database: string;
  readonly databaseDirect?: string | undefined;
  readonly folder: string;
}

/** Can the database be used, are its settings fit, is it migrated, and do its keys open with the configured secrets? */
export async function checkDatabase(place: DatabasePlace, options: ResolvedOptions): Promise<readonly Finding[]> {
  const { url, shown, mayExist } = findDatabase(place.database, place.folder);
  if (!mayExist) {
    const tables = `${shown} does not exist yet; hufu serve makes it`;
    return [finding(WHAT, "ok", `${tables} with ${counted(allMigrations(url).length, "migration")}`)];
  }
  const settings = await checkDatabaseAt(url, { clock: systemClock, direct: place.databaseDirect, connections: 1 });
  const found = settings.map(({ level, text }) => finding(WHAT, level === "note" ? "ok" : level, text));
  const missing = await pendingMigrations(url);
  if (missing.length > 0) {
    const names = missing.join(", ");
    return [...found, finding(WHAT, "warning", `${shown} lacks ${names}; hufu serve and hufu migrate add them`)];
  }
  return [...found, finding(WHAT, "ok", `${shown} answers and is up to date`), ...(await checkKeys(url, options))];
}

async function checkKeys(url: string, { settings, secrets }: ResolvedOptions): Promise<readonly Finding[]> {
  const store = await openStoreAsItIs(url, settings.accessMs);
  try {
    const { keys, now } = await store.keys.list();
    const box = createSealedBox(createSecrets(secrets), systemRandom);
    const sealed = keys.filter((key) => openStoredKey(box, key) === "sealed").map(({ kid }) => kid);
    return [clockFinding("the database", now - systemClock.now(), SKEW_MOST_MS), keyFinding(keys.length, sealed)];
  } finally {
    await store.close();
  }
}

/** Names of the signing keys in the database; `undefined` where it cannot be asked, which the check itself says. */
export async function kidsOf({ database, folder }: DatabasePlace): Promise<readonly string[] | undefined> {
  try {
    const { url, mayExist } = findDatabase(database, folder);
    if (!mayExist || (await pendingMigrations(url)).length > 0) return undefined;
    const store = await openStoreAsItIs(url, 1);
    try {
      return (await store.keys.list()).keys.map(({ kid }) => kid);
    } finally {
      await store.close();
    }
  } catch {
    return undefined;
  }
}

function keyFinding(all: number, sealed: readonly string[]): Finding {
  if (sealed.length === 0) return finding("secret", "ok", `it opens ${counted(all, "signing key")} of the database`);
  const text = `the signing key ${sealed.join(", ")} is sealed with a secret that \`secret\` does not list; add that secret after the newest`;
  return finding("secret", "error", text);
}
