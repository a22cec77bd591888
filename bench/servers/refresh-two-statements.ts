// What is left of a refresh on PostgreSQL when nothing is built around it: the two statements that Hufu itself sends, by
// the same driver through a pool of the same size, behind `node:http`. No token is checked, derived or signed.
import { randomBytes } from "node:crypto";
import { Client, Pool } from "pg";
import { overhearRefresh, type Sent, serveRefresh } from "./two-statements.ts";

const { read, change } = await overhearRefresh(process.argv.slice(2), Client.prototype, "query", ([first]) =>
  typeof first === "object" && first !== null && "text" in first ? (first as Sent) : undefined,
);

/** Where in the values a column's own is. */
function placeOf(pattern: RegExp): number {
  const place = Number(pattern.exec(change.text)?.[1]);
  if (!(place > 0)) throw new Error(`not found in the statement: ${pattern}`);
  return place - 1;
}
const places = {
  id: placeOf(/"id" = \$(\d+)/),
  version: placeOf(/set.*?"version" = \$(\d+)/),
  hash: placeOf(/"current_hash" = \$(\d+)/),
  expected: placeOf(/where.*"version" = \$(\d+) - 1/),
};

// As many connections as Hufu's own default.
const pool = new Pool({ connectionString: process.argv[2], max: 10 });
const readQuery = { name: read.name, text: read.text };
const changeQuery = { name: change.name, text: change.text };

const { rows: sessions } = await pool.query<{ id: string }>("select id from hufu_sessions order by id");
serveRefresh(
  sessions.map(({ id }) => id),
  async (id) => {
    const { rows } = await pool.query({
      ...readQuery,
      values: read.values.map((value) => (String(value).startsWith("s_") ? id : value)),
    });
    const version = Number(rows[0]?.version) + 1;
    const values = [...change.values];
    values[places.id] = id;
    values[places.version] = version;
    values[places.expected] = version;
    values[places.hash] = randomBytes(32).toString("base64url");
    return (await pool.query({ ...changeQuery, values })).rowCount === 1;
  },
);
