// The same as refresh-two-statements.ts on MariaDB, by mysql2.
import { randomBytes } from "node:crypto";
import { Connection } from "mysql2";
import { createPool, type ResultSetHeader, type RowDataPacket } from "mysql2/promise";
import { overhearRefresh, serveRefresh } from "./two-statements.ts";

const { read, change } = await overhearRefresh(
  process.argv.slice(2),
  Connection.prototype,
  "execute",
  ([text, values]) => (typeof text === "string" && Array.isArray(values) ? { text, values } : undefined),
);
/** Where in the values a column's own is: as many marks stand before it. */
function placeOf(pattern: RegExp): number {
  const found = pattern.exec(change.text);
  if (found === null) throw new Error(`not found in the statement: ${pattern}`);
  return found[0].split("?").length - 2;
}
const places = {
  id: placeOf(/^.* where .*?`id` = \?/),
  version: placeOf(/^.*? set .*?`version` = \?/),
  hash: placeOf(/^.*?`current_hash` = \?/),
  expected: placeOf(/^.* where .*?`version` = \? - 1/),
};

// As many connections as Hufu's own default.
const pool = createPool({ uri: process.argv[2] ?? "", connectionLimit: 10 });

const [sessions] = await pool.query<RowDataPacket[]>("select concat(id) as id from hufu_sessions order by id");
serveRefresh(
  sessions.map(({ id }) => String(id)),
  async (id) => {
    const asked = read.values.map((value) => (String(value).startsWith("s_") ? id : String(value)));
    const [rows] = await pool.execute<RowDataPacket[]>(read.text, asked);
    const version = String(Number(rows[0]?.["version"]) + 1);
    const values = change.values.map((value) => (value === null ? null : String(value)));
    values[places.id] = id;
    values[places.version] = version;
    values[places.expected] = version;
    values[places.hash] = randomBytes(32).toString("base64url");
    const [result] = await pool.execute<ResultSetHeader>(change.text, values);
    return result.affectedRows === 1;
  },
);
