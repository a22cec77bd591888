import { systemRandom } from "../../core/random.ts";
import { type Clock, systemClock } from "../../core/time/clock.ts";
import { resealPhones, resealSessionKeys, resealSigningKeys } from "../../session/signing-keys/rotate-secrets.ts";
import { migrate, pending, sqlOf } from "../../store/sql/migrations/migrate.ts";
import { migrations } from "../../store/sql/migrations/migrations.ts";
import type { Store } from "../../store/store.ts";
import { createSealedBox } from "../../token/sealing/sealed-box.ts";
import type { Secrets } from "../../token/sealing/secrets.ts";
import { entryLifeOf } from "./entry-life.ts";
import { differencesAt, openDatabaseAt, openStoreAt } from "./open-database.ts";

export { isInUse as isDatabaseInUse } from "../../store/sql/sqlite/sqlite-in-use.ts";
export { writeProblem as databaseFileProblem } from "../../store/sql/sqlite/write-problem.ts";

/** The names of the migrations that the database at this URL lacks, in order. A file must exist. */
export async function pendingMigrations(url: string, clock: Clock = systemClock): Promise<readonly string[]> {
  const database = await openDatabaseAt(url, { clock, connections: 1 });
  try {
    return await pending(database.reader, database.differences);
  } finally {
    await database.close();
  }
}

/** The names of all migrations, in order: what a database that does not exist lacks. */
export function allMigrations(url: string): readonly string[] {
  return Object.keys(migrations(differencesAt(url).columns));
}

/** Applies what is missing under the database's lock and answers the names. Makes the file if there is none. */
export async function applyMigrations(url: string, clock: Clock = systemClock): Promise<readonly string[]> {
  const database = await openDatabaseAt(url, { clock, connections: 1 });
  try {
    return await migrate(database);
  } finally {
    await database.close();
  }
}

/**
 * The statements of these migrations for the kind of database that the URL names, for an administrator who runs them by
 * hand. `at`: ISO time to note.
 */
export function migrationSql(url: string, names: readonly string[], at: string): Promise<readonly string[]> {
  return sqlOf(differencesAt(url), names, at);
}

/**
 * Opens the database of a deployment to look at it or to change it, without serving and without migrating.
 * @param longestAccessMs the longest life that an access token of this deployment can have
 * @throws TypeError if migrations are missing; HufuError `store_unavailable` if the database cannot be used
 */
export function openStoreAsItIs(url: string, longestAccessMs: number, clock: Clock = systemClock): Promise<Store> {
  const entryLifeMs = entryLifeOf(longestAccessMs);
  // One connection: the command line must work while the nodes hold almost all that the server allows.
  return openStoreAt(url, { clock, entryLifeMs, migrate: false, check: false, connections: 1 });
}

/** How much was sealed anew. */
export interface Resealed {
  readonly signingKeys: number;
  readonly sessionKeys: number;
  readonly phones: number;
}

/**
 * Seals again, with the newest secret, what is stored sealed in the database. Safe to repeat and to interrupt.
 * @param progress called now and then with what is looked at, and how many so far
 */
export async function rotateSecrets(
  store: Store,
  secrets: Secrets,
  progress: (what: "session_keys" | "phone numbers", seen: number) => void = () => undefined,
): Promise<Resealed> {
  const box = createSealedBox(secrets, systemRandom);
  const signingKeys = await resealSigningKeys(store.keys, box);
  const sessionKeys = await resealSessionKeys(store.users, box, (seen) => progress("session_keys", seen));
  const phones = await resealPhones(store.phones, box, secrets, (seen) => progress("phone numbers", seen));
  return { signingKeys, sessionKeys, phones };
}
