import { after, test } from "node:test";
import { createConnection } from "mysql2/promise";
import { startMariadbServer } from "../../server/src/store/sql/mysql/mariadb-server.fixture.ts";
import { deployment, moved } from "./moved.fixture.ts";
import { RUOYI_TABLES, YUDAO_TABLES } from "./old-tables.ts";

const server = await startMariadbServer();
after(() => server.close());

/** A database with these tables and rows. */
async function filled(name: string, statements: readonly (readonly [string, ...unknown[]])[]): Promise<string> {
  const url = `mysql://root@127.0.0.1:${server.port}`;
  const connection = await createConnection(url);
  await connection.query(`create database ${name}`);
  await connection.query(`use ${name}`);
  for (const [statement, ...values] of statements) await connection.query(statement, values);
  await connection.end();
  return `${url}/${name}`;
}

test("Sa-Token beside RuoYi's tables", async (t) => {
  const place = await deployment(t);
  const add =
    "insert into sys_user (user_id, user_name, phonenumber, status, del_flag, openid) values (?, ?, ?, ?, ?, ?)";
  const url = await filled("ry", [
    ...RUOYI_TABLES.map((table) => [table] as const),
    ["insert into sys_role values (1, 'a', 'editor', '0', '0'), (2, 'b', 'gone', '0', '2')"],
    [add, "7100000000000000001", "ann", "13800138000", "0", "0", place.openidOf("ann")],
    [add, "8", "bob", "", "1", "0", place.openidOf("bob")],
    [add, "9", "cid", "", "0", "2", place.openidOf("cid")],
    [add, "10", "dan", "", "0", "0", null],
    ["insert into sys_user_role values (7100000000000000001, 1), (7100000000000000001, 2)"],
  ]);
  const ann = { user: "ann", externalId: "7100000000000000001", roles: ["editor"], phone: "+8613800138000" };
  await moved(t, place, "sa-token.ts", [url, "wx-demo"], [ann], ["bob"]);
});

test("yudao: members and administrators of one tenant, whose numbers may be equal", async (t) => {
  const place = await deployment(t);
  const social = `insert into system_social_user
      (id, type, openid, raw_token_info, nickname, raw_user_info, code, deleted, tenant_id) values (?, ?, ?, ?, '', '{}', '', ?, 1)`;
  const bind =
    "insert into system_social_user_bind (user_id, user_type, social_type, social_user_id, tenant_id) values (?, ?, 34, ?, ?)";
  const url = await filled("yudao", [
    ...YUDAO_TABLES.map((table) => [table] as const),
    [
      "insert into member_user (id, mobile, status, tenant_id) values (1, '13800138000', 0, 1), (2, null, 1, 1), (3, null, 0, 2)",
    ],
    ["insert into system_users (id, username, mobile, status, tenant_id) values (1, 'admin', '', 0, 1)"],
    [
      "insert into system_role (id, name, code, status, tenant_id) values (1, 'x', 'super_admin', 0, 1), (2, 'y', 'common', 0, 1)",
    ],
    ["insert into system_user_role (user_id, role_id, tenant_id) values (1, 1, 1), (1, 2, 1)"],
    [social, 1, 34, place.openidOf("ann"), '{"unionId":"oU1","accessCode":"a session_key"}', 0],
    [social, 2, 34, place.openidOf("bob"), "", 0],
    [social, 3, 34, place.openidOf("cid"), "{}", 0],
    [social, 4, 34, place.openidOf("dan"), "{}", 0],
    [bind, 1, 1, 1, 1],
    [bind, 2, 1, 2, 1],
    [bind, 1, 2, 3, 1],
    [bind, 3, 1, 4, 2],
  ]);
  const people = [
    { user: "ann", externalId: "1", roles: ["member"], phone: "+8613800138000" },
    { user: "cid", externalId: "admin-1", roles: ["common", "super_admin"] },
  ];
  await moved(t, place, "yudao.ts", [url, "wx-demo"], people, ["bob"]);
});
