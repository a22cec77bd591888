import type { Compose } from "../one-message/send-together.ts";

/** One compound statement of MariaDB (10.1 or newer), which MySQL does not know. Its parts are carried out in their order. */
export function composeForMariadb(now: string): Compose {
  return ({ ends, changes, bodies }) => {
    const parts = [
      ...ends.map(({ sql }) => `${sql}; set hufu_ended = hufu_ended + row_count();`),
      ...changes.map(({ sql }) => `${sql};`),
      ...(bodies.length === 0
        ? ["select hufu_ended as ended, null as reached, null as `until`;"]
        : entriesOf(bodies.length, now)),
    ];
    return `begin not atomic declare hufu_ended int default 0; ${parts.join(" ")} end`;
  };
}

function entriesOf(count: number, now: string): readonly string[] {
  const counters = "from hufu_counters as last join hufu_counters as life on life.name = 'entry_life'";
  const where = "where last.name = 'revocation'";
  const until = `${now} + life.value`;
  return [
    `update hufu_counters set value = value + ${count} where name = 'revocation';`,
    ...Array.from(
      { length: count },
      (_, place) => `insert into hufu_revocations (\`number\`, body, \`until\`)
        select last.value - ${count} + ${place + 1}, ?, ${until} ${counters} ${where};`,
    ),
    `select hufu_ended as ended, last.value as reached, ${until} as \`until\` ${counters} ${where};`,
  ];
}
