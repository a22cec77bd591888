import type { AuditRecord, Delivery } from "../../records.ts";
import type { Accompaniment } from "../../sessions.ts";
import type { Db, Differences } from "../dialect.ts";
import type { AuditRow, DeliveryRow, WebhookRow } from "../schema.ts";
import { prepare } from "../statements/prepared/prepared.ts";

type NewWebhook = Pick<WebhookRow, "endpoint" | "message_id" | "event" | "payload">;

/** Writes audit records and deliveries, as of the database's time. */
export type Accompany = (db: Db, accompaniment: Accompaniment | undefined) => Promise<void>;

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
  return async (open, accompaniment) => {
    for (const record of accompaniment?.audit ?? []) await insertAudit(open, auditRow(record));
    for (const delivery of accompaniment?.deliveries ?? []) {
      const { webhook, ...rest } = delivery;
      if (webhook === undefined) await insertDelivery(open, deliveryRow(rest));
      else
        await insertWebhook(open, { ...deliveryRow(rest), endpoint: webhook.endpoint, message_id: webhook.messageId });
    }
  };
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
