// A back end that made its own tokens with jsonwebtoken and kept its users in SQLite, in a table
// users(id, openid, unionid, phone, role, disabled_until). Change the query to fit yours.
// node jsonwebtoken.ts app.db wx0123456789abcdef > users.ndjson
import { stdout } from "node:process";
import { DatabaseSync } from "node:sqlite";

/** Roles of before, and what they are called in Hufu. */
const ROLES: Readonly<Record<string, readonly string[]>> = { user: [], editor: ["editor"] };

const [file = "", app = ""] = process.argv.slice(2);
if (!app.startsWith("wx")) throw new TypeError("say the appid: node jsonwebtoken.ts app.db wx…");

const database = new DatabaseSync(file, { readOnly: true });
const rows = database
  .prepare(
    // As text: a number beyond 2^53 would lose digits.
    `select cast(id as text) as id, openid, unionid, phone, role, disabled_until
     from users where openid is not null and openid <> '' order by id`,
  )
  .iterate();
for (const { id, openid, unionid, phone, role, disabled_until: until } of rows) {
  const roles = ROLES[String(role)];
  if (roles === undefined) throw new TypeError(`user ${id}: say what the role ${role} is called in Hufu`);
  const user = {
    app,
    openid,
    unionid: unionid || null,
    external_id: id,
    roles,
    ban: until === null ? null : { reason: "disabled before the move", until: new Date(Number(until)).toISOString() },
    phone: phone === null ? null : `+86${phone}`,
  };
  stdout.write(`${JSON.stringify(user)}\n`);
}
database.close();
