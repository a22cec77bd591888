import type { Compose } from "../one-message/send-together.ts";

/**
 * One statement of many parts, each a `with`. All parts see the rows as they were before it, which is why they must not
 * need each other; the counter of the outbox is taken after all others, or two sign-ins could wait for each other.
 */
export function composeForPostgres(now: string): Compose {
  return ({ ends, changes, bodies }) => {
    let values = 0;
    const parts: string[] = [];
    let former = "";
    for (const { sql, parameters } of [...ends, ...changes]) {
      const before = values;
      values += parameters.length;
      const text = sql.replaceAll(/\$(\d+)/g, (_, number: string) => `$${before + Number(number)}`);
      const [, row] = text.split(" values ");
      // Of one table the order counts, and PostgreSQL does not promise the order of parts: rows of one statement keep theirs.
      if (sql === former && row !== undefined) parts.push(`${parts.pop()}, ${row}`);
      else parts.push(text);
      former = sql;
    }
    const named = parts.map((text, place) => `part_${place} as (${text} returning 1)`).join(", ");
    const count = (from: number, to: number): string =>
      ["0", ...parts.slice(from, to).map((_, place) => `(select count(*) from part_${from + place})`)].join(" + ");
    const ended = `select ${count(0, ends.length)} as ended`;
    if (bodies.length === 0) return `with ${named} ${ended}, null as reached, null as until`;

    const entries = bodies.map((_, place) => {
      const number = `counted.value - ${bodies.length} + ${place + 1}`;
      return `entry_${place} as (insert into hufu_revocations (number, body, until)
        select ${number}, $${values + place + 1}, kept.until from counted, kept)`;
    });
    return `with ${named}, counted as (
        update hufu_counters set value = value + ${bodies.length}
        where name = 'revocation' and ${count(0, parts.length)} >= 0 returning value
      ), kept as (select ${now} + value as until from hufu_counters where name = 'entry_life'),
      ${entries.join(", ")}
      ${ended}, (select value from counted) as reached, (select until from kept) as until`;
  };
}
