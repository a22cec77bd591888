import { IMPORTED_MOST, type ImportStore } from "../../import.ts";
import { type Db, type SqlDatabase, UniqueViolation } from "../dialect.ts";
import { type ApplyImport, prepareApplyImport } from "../import/apply-import.ts";
import { readImportFacts } from "../import/import-facts.ts";
import { type ImportPlan, planImport, writesSomething } from "../import/plan-import.ts";
import type { Statements } from "../statements/prepared/statements.ts";
import { holdNumbers, ownersOf } from "../statements/users/phone-numbers.ts";

/** Something changed between reading and writing; more often than this is no accident. */
const TRIES_MOST = 8;

/** What was read is not so any more: read again. */
class OutdatedError extends Error {}

export function createSqlImport(database: SqlDatabase, { accompany }: Statements): ImportStore {
  const { differences, reader } = database;
  const { forUpdate, prepareForMany } = differences;
  // Built when first needed: a server that imports nothing starts without.
  let prepared: ApplyImport | undefined;
  const apply: ApplyImport = async (db, plan) => {
    if (prepared === undefined) await prepareForMany?.execute(db);
    prepared ??= prepareApplyImport(reader, differences);
    await prepared(db, plan);
  };

  const mergeOnce: ImportStore["merge"] = (imported, describe) =>
    database.write(async (db) => {
      const plan = planImport(imported, await readImportFacts(db, differences, imported));
      if (!writesSomething(plan)) return plan.outcomes;
      await holdTouched(db, plan);
      if (plan.phones.length > 0) await holdFreeNumbers(db, plan, imported);
      await apply(db, plan);
      await accompany(db, describe(plan.outcomes));
      return plan.outcomes;
    });

  /** In the order of their ids, so that two of us never wait for each other. */
  async function holdTouched(db: Db, { touched }: ImportPlan): Promise<void> {
    if (touched.length === 0) return;
    const ids = touched.map(({ id }) => id);
    const rows = await forUpdate(
      db.selectFrom("hufu_users").select(["id", "ver"]).where("id", "in", ids).orderBy("id"),
    ).execute();
    const vers = new Map(rows.map(({ id, ver }) => [id, ver]));
    if (touched.some(({ id, ver }) => vers.get(id) !== ver)) throw new OutdatedError();
  }

  /** Locks the numbers, so that no other transaction takes them. */
  async function holdFreeNumbers(
    db: Db,
    { phones }: ImportPlan,
    imported: Parameters<ImportStore["merge"]>[0],
  ): Promise<void> {
    await holdNumbers(db);
    const given = new Set(phones.map(({ hash }) => hash));
    const hashes = imported.flatMap(({ phone }) => (phone !== null && given.has(phone.hashes[0]) ? phone.hashes : []));
    if ((await ownersOf(db, differences, hashes)).length > 0) throw new OutdatedError();
  }

  return Object.freeze<ImportStore>({
    merge: async (imported, describe) => {
      assertFew(imported);
      for (let tried = 1; ; tried += 1) {
        try {
          return await mergeOnce(imported, describe);
        } catch (error) {
          const isRace = error instanceof OutdatedError || error instanceof UniqueViolation;
          if (!isRace || tried === TRIES_MOST) throw error;
        }
      }
    },
    preview: async (imported) => {
      assertFew(imported);
      return planImport(imported, await readImportFacts(reader, differences, imported)).outcomes;
    },
  });
}

function assertFew(imported: readonly unknown[]): void {
  if (imported.length > IMPORTED_MOST) throw new TypeError(`at most ${IMPORTED_MOST} users at once`);
}
