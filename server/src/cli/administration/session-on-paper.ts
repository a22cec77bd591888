import { toSeconds } from "../../core/time/clock.ts";
import type { ExplainedSession } from "../../session/administration/explain-session.ts";
import { printableText } from "../output/printable.ts";
import { textTable } from "../output/text-table.ts";
import { relativeToNow } from "../output/time-in-words.ts";

/** A session for scripts: the shape that docs/guides/operations.md promises. Times are epoch seconds. */
export function sessionJson({ session, end }: ExplainedSession): object {
  return {
    id: session.id,
    user: session.userId,
    device: { id: session.deviceId, type: session.deviceType, name: session.deviceName },
    app: session.app,
    created: toSeconds(session.createdAt),
    last_used: toSeconds(session.lastUsedAt),
    ended:
      end === null
        ? null
        : { why: end.why, rule: end.rule, by: end.by, at: end.at === null ? null : toSeconds(end.at) },
  };
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
function endInWords({ end }: ExplainedSession, now: number): string {
  if (end === null) return "alive";
  const rule = end.rule === null ? "" : ` (rule ${end.rule})`;
  const by = end.by === null ? "" : ` by ${printableText(end.by)}`;
  const at = end.at === null ? "" : `, ${relativeToNow(end.at, now)}`;
  return `ended: ${end.why}${rule}${by}${at}`;
}
