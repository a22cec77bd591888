import { sql } from "kysely";
import type { UserId } from "../../../../core/ids.ts";
import { systemRandom } from "../../../../core/random.ts";
import type { AuditStore } from "../../../audit.ts";
import { type ChainPlace, linkHash, personalHash } from "../../../audit-chain.ts";
import type { Db, SqlDatabase } from "../../dialect.ts";
import type { AuditChainRow, AuditHeadRow, AuditPersonalRow, AuditRow } from "../../schema.ts";
import { prepareRows } from "../prepared/prepare-rows.ts";
import { AUDIT_COLUMNS } from "./audit-columns.ts";

/** Another node takes over so long after the sealer's last step. */
const LEASE_MS = 10_000;
const SALT_BYTES = 16;

/** A record that waits, and whether its user's account was closed. */
interface WaitingRow extends Omit<AuditRow, "id"> {
  readonly id: number;
  readonly status: string | null;
}

/**
 * Moves what waits into the chain. The row of the head is the lock of sealers alone: a sign-in only adds a
 * row to what waits.
 */
export function createSealAudit(database: SqlDatabase): AuditStore["seal"] {
  const { reader, differences } = database;
  const insertLinks = prepareRows<AuditChainRow>(["seq", ...AUDIT_COLUMNS, "personal_hash", "hash"], (rows) =>
    reader.insertInto("hufu_audit_chain").values(rows),
  );
  const insertPersonal = prepareRows<AuditPersonalRow>(["seq", "user_id", "salt", "fields"], (rows) =>
    reader.insertInto("hufu_audit_personal").values(rows),
  );
  const removeWaiting = prepareRows<{ readonly id: number }>(["id"], (rows) =>
    reader.deleteFrom("hufu_audit").where(
      "id",
      "in",
      rows.map(({ id }) => id),
    ),
  );

  return async (sealer, limit) => {
    const seen = await look(reader, differences);
    const head = { seq: seen.seq, hash: seen.hash };
    const nothing = { sealed: 0, head, waitedMs: seen.oldest === null ? 0 : Math.max(0, seen.now - seen.oldest) };
    if (seen.oldest === null || isOfAnother(seen, sealer)) return nothing;
    const sealed = await database.write(async (db) => {
      const held = await hold(db, differences);
      // Meanwhile another node may have begun to seal.
      if (isOfAnother(held, sealer)) return undefined;
      const rows = await waitingRows(db, limit);
      const { links, personal, end } = chain(rows, held);
      await insertLinks(db, links);
      await insertPersonal(db, personal);
      await removeWaiting(
        db,
        rows.map(({ id }) => ({ id })),
      );
      await eraseClosed(db, rows);
      await db
        .updateTable("hufu_audit_head")
        .set({ ...end, sealer, sealer_until: held.now + LEASE_MS })
        .where("id", "=", 1)
        .execute();
      return { sealed: rows.length, head: end };
    });
    return { ...nothing, ...sealed };
  };
}

type HeldHead = Pick<AuditHeadRow, "seq" | "hash" | "sealer" | "sealer_until"> & { readonly now: number };

function isOfAnother({ sealer, sealer_until: until, now }: HeldHead, self: string): boolean {
  return sealer !== null && sealer !== self && until > now;
}

/** Without holding anything: most looks find nothing to do. */
async function look(
  db: Db,
  { now }: SqlDatabase["differences"],
): Promise<HeldHead & { readonly oldest: number | null }> {
  return db
    .selectFrom("hufu_audit_head")
    .select((one) => [
      "seq",
      "hash",
      "sealer",
      "sealer_until",
      now.as("now"),
      one.selectFrom("hufu_audit").select("at").orderBy("id").limit(sql.lit(1)).as("oldest"),
    ])
    .where("id", "=", 1)
    .executeTakeFirstOrThrow();
}

function hold(db: Db, { now, forUpdate }: SqlDatabase["differences"]): Promise<HeldHead> {
  return forUpdate(
    db
      .selectFrom("hufu_audit_head")
      .select(["seq", "hash", "sealer", "sealer_until", now.as("now")])
      .where("id", "=", 1),
  ).executeTakeFirstOrThrow();
}

function waitingRows(db: Db, limit: number): Promise<readonly WaitingRow[]> {
  return db
    .selectFrom("hufu_audit as waiting")
    .leftJoin("hufu_users as subject", "subject.id", "waiting.user_id")
    .select(AUDIT_COLUMNS.map((column) => `waiting.${column}` as const))
    .select(["waiting.personal", "subject.status as status"])
    .orderBy("waiting.id")
    .limit(limit)
    .execute();
}

/** The links that these records become, behind the head. */
function chain(
  rows: readonly WaitingRow[],
  head: ChainPlace,
): {
  readonly links: readonly AuditChainRow[];
  readonly personal: readonly AuditPersonalRow[];
  readonly end: ChainPlace;
} {
  const links: AuditChainRow[] = [];
  const personal: AuditPersonalRow[] = [];
  let end: ChainPlace = { seq: head.seq, hash: head.hash };
  for (const { status, personal: fields, ...record } of rows) {
    const seq = end.seq + 1;
    const salt = systemRandom(SALT_BYTES).toString("base64url");
    const covered = fields === null ? null : personalHash(salt, fields);
    if (fields !== null && status !== "closed") personal.push({ seq, user_id: record.user_id, salt, fields });
    const { user_id: userId, request_id: requestId } = record;
    const hash = linkHash(end.hash, { ...record, seq, userId, requestId, personalHash: covered });
    links.push({ ...record, seq, personal_hash: covered, hash });
    end = { seq, hash };
  }
  return { links, personal, end };
}

/**
 * A record that was sealed at the moment when the account closed may have kept its personal fields. The record of the
 * closing comes after it, and takes them along.
 */
async function eraseClosed(db: Db, rows: readonly WaitingRow[]): Promise<void> {
  const closed = new Set<UserId>();
  for (const { status, user_id: id } of rows) if (status === "closed" && id !== null) closed.add(id);
  if (closed.size === 0) return;
  await db
    .deleteFrom("hufu_audit_personal")
    .where("user_id", "in", [...closed])
    .execute();
}
