import { sessionOnWire } from "../../http/endpoints/admin/session-on-wire.ts";
import type { ExplainedSession } from "../../session/administration/explain-session.ts";
import { printableText } from "../output/printable.ts";
import { textTable } from "../output/text-table.ts";
import { relativeToNow } from "../output/time-in-words.ts";

/** A session for scripts, as the administration over HTTP shows it, and whose it is. */
export function sessionJson(explained: ExplainedSession): object {
  return { ...sessionOnWire(explained), user: explained.session.userId };
}

/** Sessions for people, a line each, with how they ended. */
export function sessionTable(sessions: readonly ExplainedSession[], now: number): string {
  return textTable(
    ["SESSION", "APP", "DEVICE", "CREATED", "LAST USED", "STATE"],
    sessions.map((explained) => {
      const { id, app, deviceType, deviceName, createdAt, lastUsedAt } = explained.session;
      return [
        id,
        printableText(app),
        deviceName === null ? deviceType : `${deviceType} ${printableText(deviceName)}`,
        relativeToNow(createdAt, now),
        relativeToNow(lastUsedAt, now),
        endInWords(explained, now),
      ];
    }),
  );
}

/** `alive`, or why it ended, by which rule, by whom and when. */
export function endInWords({ end }: ExplainedSession, now: number): string {
  if (end === null) return "alive";
  const rule = end.rule === null ? "" : ` (rule ${end.rule})`;
  const by = end.by === null ? "" : ` by ${printableText(end.by)}`;
  const at = end.at === null ? "" : `, ${relativeToNow(end.at, now)}`;
  return `ended: ${end.why}${rule}${by}${at}`;
}
