// Sa-Token keeps no users: these are the tables that stand beside it in RuoYi and most others, with a column openid.
// node sa-token.ts mysql://reader@127.0.0.1/ry wx0123456789abcdef > users.ndjson
import { stdout } from "node:process";
import { createConnection, type RowDataPacket } from "mysql2/promise";

const [database = "", app = ""] = process.argv.slice(2);
if (!app.startsWith("wx")) throw new TypeError("say the appid: node sa-token.ts mysql://… wx…");

/** sys_user.status: "0" normal, "1" disabled; del_flag "0": not deleted ("2" or "1", by the version). */
const QUERY = `
  select cast(u.user_id as char) as id, u.openid, u.unionid, u.phonenumber as phone, u.status,
    (select group_concat(r.role_key order by r.role_key)
       from sys_user_role ur join sys_role r on r.role_id = ur.role_id
      where ur.user_id = u.user_id and r.status = '0' and r.del_flag = '0') as roles
  from sys_user u
  where u.del_flag = '0' and u.openid <> '' and u.user_id > ?
  order by u.user_id limit 1000`;

const connection = await createConnection(database);
for (let after = "0"; ; ) {
  const [rows] = await connection.query<RowDataPacket[]>(QUERY, [after]);
  for (const { id, openid, unionid, phone, status, roles } of rows) {
    const user = {
      app,
      openid,
      unionid: unionid || null,
      external_id: id,
      roles: roles === null ? [] : String(roles).split(","),
      ban: status === "1" ? { reason: "disabled before the move" } : null,
      phone: /^1\d{10}$/.test(phone ?? "") ? `+86${phone}` : null,
    };
    stdout.write(`${JSON.stringify(user)}\n`);
  }
  const last = rows.at(-1);
  if (last === undefined) break;
  after = last["id"];
}
await connection.end();
