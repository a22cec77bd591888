import type { CompiledQuery } from "kysely";
import type { AuditRecord, Delivery } from "../../records.ts";
import type { Accompaniment } from "../../sessions.ts";
import type { Db, Differences } from "../dialect.ts";
import type { AuditRow, DeliveryRow, WebhookRow } from "../schema.ts";
import { prepare } from "../statements/prepared/prepared.ts";

type NewWebhook = Pick<WebhookRow, "endpoint" | "message_id" | "event" | "payload">;

/** Writes audit records and deliveries, as of the database's time. */
export interface Accompany {
  (db: Db, accompaniment: Accompaniment | undefined): Promise<void>;
  /** The statements that would write them. */
  changes(accompaniment: Accompaniment): readonly CompiledQuery[];
}

export function prepareAccompany(db: Db, differences: Differences): Accompany {
  const insertAudit = prepare<Omit<AuditRow, "id" | "at">, unknown>(
    ["action", "user_id", "sid", "app", "actor", "why", "rule", "request_id", "detail", "personal"],
    (values) => db.insertInto("hufu_audit").values({ ...values, at: differences.now }),
  );
  const insertDelivery = prepare<Pick<DeliveryRow, "event" | "payload">, unknown>(["event", "payload"], (values) =>
    db.insertInto("hufu_deliveries").values({ ...values, due_at: differences.now, attempts: 0 }),
  );
  const insertWebhook = prepare<NewWebhook, unknown>(["endpoint", "message_id", "event", "payload"], (values) =>
    db
      .insertInto("hufu_webhooks")
      .values({ ...values, created_at: differences.now, due_at: differences.now, attempts: 0 }),
  );
  const changeOf = ({ webhook, ...rest }: Delivery): CompiledQuery => {
    const row = deliveryRow(rest);
    if (webhook === undefined) return insertDelivery.bound(row);
    return insertWebhook.bound({ ...row, endpoint: webhook.endpoint, message_id: webhook.messageId });
  };
  const changes: Accompany["changes"] = ({ audit = [], deliveries = [] }) => [
    ...audit.map((record) => insertAudit.bound(auditRow(record))),
    ...deliveries.map(changeOf),
  ];
  const accompany = async (open: Db, accompaniment: Accompaniment | undefined): Promise<void> => {
    for (const change of changes(accompaniment ?? {})) await open.executeQuery(change);
  };
  return Object.assign(accompany, { changes });
}

function auditRow(record: AuditRecord): Omit<AuditRow, "id" | "at"> {
  return {
    action: record.action,
    user_id: record.userId ?? null,
    sid: record.sid ?? null,
    app: record.app ?? null,
    actor: record.actor,
    why: record.why ?? null,
    rule: record.rule ?? null,
    request_id: record.requestId ?? null,
    detail: record.detail === undefined ? null : JSON.stringify(record.detail),
    personal: record.personal === undefined ? null : JSON.stringify(record.personal),
  };
}

function deliveryRow(delivery: Delivery): Pick<DeliveryRow, "event" | "payload"> {
  return { event: delivery.event, payload: JSON.stringify(delivery.payload) };
}
