import { sql } from "kysely";
import { HufuError } from "../../core/errors/errors.ts";
import type { StartReading } from "../start-reading.ts";
import { worstFirst } from "./check-database.ts";
import type { DatabaseFinding } from "./database-finding.ts";
import type { SqlDatabase } from "./dialect.ts";
import { missingBeside, selectApplied } from "./migrations/migrate.ts";
import { reading } from "./one-message/reading.ts";
import { ReadOnlySettingError } from "./pool/read-only-setting.ts";
import { startReadings } from "./start-readings.ts";
import { selectEntryLife } from "./statements/sessions/keep-entry-life.ts";

/** A database that is as this configuration needs it. */
export interface Look {
  readonly findings: readonly DatabaseFinding[];
  readonly entryLifeMs: number;
  readonly start: StartReading | undefined;
}

export interface Wanted {
  readonly entryLifeMs: number;
  readonly isChecked: boolean;
  /** What a node must know before it can answer, as well? */
  readonly isNode: boolean;
}

/**
 * One look at everything: the settings, whether the tables are of today, and what a node starts with. `undefined` where it
 * cannot be taken or where anything must be written first; then each step is taken by itself, and says what is wrong.
 * @throws HufuError `store_unavailable` if the server says nothing
 */
export async function lookOnce(database: SqlDatabase, wanted: Wanted): Promise<Look | undefined> {
  const { readTogether, reader, differences } = database;
  if (readTogether === undefined) return undefined;
  const check = wanted.isChecked ? database.checkReadings?.() : undefined;
  const applied = reading(selectApplied(reader), (rows) => new Set(rows.map(({ name }) => name)));
  const life = reading(selectEntryLife(reader).compile(), ([row]) => row?.value ?? 0);
  // A server that does not know its timeline refuses this, and the look with it.
  const timeline = reading(
    sql`select ${differences.timeline ?? sql`null`} as timeline`.compile(reader),
    () => undefined,
  );
  const start = wanted.isNode ? startReadings(database) : undefined;
  const answerOf = await readTogether([
    ...(check?.readings ?? []),
    applied,
    life,
    timeline,
    ...(start?.readings ?? []),
  ]).catch(unlessReadOnly);
  if (answerOf === undefined) return undefined;

  const entryLifeMs = answerOf(life);
  if (missingBeside(answerOf(applied), differences).length > 0 || entryLifeMs < wanted.entryLifeMs) return undefined;
  const findings = worstFirst(check?.findings(answerOf) ?? []);
  return { findings, entryLifeMs, start: start?.answer(answerOf) };
}

/** The check has a sentence for that. */
function unlessReadOnly(error: unknown): undefined {
  if (error instanceof HufuError && error.cause instanceof ReadOnlySettingError) return undefined;
  throw error;
}
