// yudao (芋道, ruoyi-vue-pro): members and administrators who have bound the mini program, of one tenant.
// node yudao.ts mysql://reader@127.0.0.1/ruoyi-vue-pro wx0123456789abcdef [TENANT] > users.ndjson
import { stdout } from "node:process";
import { createConnection, type RowDataPacket } from "mysql2/promise";

/** SocialTypeEnum: a WeChat mini program. */
const MINI_PROGRAM = 34;
/** UserTypeEnum. */
const MEMBER = 1;
const ADMINISTRATOR = 2;
/** CommonStatusEnum. */
const DISABLED = 1;

const [database = "", app = "", tenant = "1"] = process.argv.slice(2);
if (!app.startsWith("wx")) throw new TypeError("say the appid: node yudao.ts mysql://… wx…");

const QUERY = `
  select b.id as bind, b.user_type as type, cast(b.user_id as char) as id, s.openid, s.raw_token_info as token,
    coalesce(m.mobile, a.mobile) as phone, coalesce(m.status, a.status) as status,
    (select group_concat(r.code order by r.code)
       from system_user_role ur join system_role r on r.id = ur.role_id
      where b.user_type = ${ADMINISTRATOR} and ur.user_id = b.user_id and ur.deleted = 0 and r.deleted = 0 and r.status = 0) as roles
  from system_social_user_bind b
  join system_social_user s on s.id = b.social_user_id and s.deleted = 0
  left join member_user m on b.user_type = ${MEMBER} and m.id = b.user_id and m.deleted = 0
  left join system_users a on b.user_type = ${ADMINISTRATOR} and a.id = b.user_id and a.deleted = 0
  where b.social_type = ${MINI_PROGRAM} and b.deleted = 0 and b.tenant_id = ? and b.id > ?
    and coalesce(m.id, a.id) is not null
  order by b.id limit 1000`;

const connection = await createConnection(database);
for (let after = 0; ; ) {
  const [rows] = await connection.query<RowDataPacket[]>(QUERY, [tenant, after]);
  for (const { type, id, openid, token, phone, status, roles } of rows) {
    const user = {
      app,
      openid,
      unionid: unionidIn(token),
      // Both tables count from 1: one number may be two people.
      external_id: type === ADMINISTRATOR ? `admin-${id}` : id,
      roles: roles === null ? [] : String(roles).split(","),
      ban: status === DISABLED ? { reason: "disabled before the move" } : null,
      phone: /^1\d{10}$/.test(phone ?? "") ? `+86${phone}` : null,
    };
    stdout.write(`${JSON.stringify(user)}\n`);
  }
  const last = rows.at(-1);
  if (last === undefined) break;
  after = Number(last["bind"]);
}
await connection.end();

/** raw_token_info is what JustAuth answered. It also holds a session_key, which stays where it is. */
function unionidIn(token: string | null): string | null {
  try {
    return JSON.parse(token ?? "")?.unionId || null;
  } catch {
    return null;
  }
}
