// The naive way on Hono and PostgreSQL: the two queries of the naive back end, prepared, before a handler that does nothing.
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { Pool } from "pg";
import { naiveOpenid } from "./naive-tables.ts";
import { tellParent } from "./tell-parent.ts";

const [url = "", count] = process.argv.slice(2);
// As many connections as Hufu's own default.
const pool = new Pool({ connectionString: url, max: 10 });
await pool.query(`
  create table users (id int primary key, openid text not null unique);
  create table user_roles (user_id int not null, role text not null, primary key (user_id, role));
  create table role_permissions (role text not null, permission text not null, primary key (role, permission));
  insert into role_permissions values ('member', 'order:read:own'), ('member', 'order:create');
`);
for (let place = 0; place < Number(count); place += 1) {
  await pool.query("insert into users values ($1, $2)", [place, naiveOpenid(place)]);
  await pool.query("insert into user_roles values ($1, 'member')", [place]);
}
await pool.query("analyze");

const app = new Hono();
app.get("/around", async (c) => {
  const openid = c.req.header("x-openid") ?? "";
  const found = await pool.query<{ id: number }>({
    name: "user",
    text: "select id from users where openid = $1",
    values: [openid],
  });
  const user = found.rows[0]?.id;
  if (user === undefined) return c.json({ error: "unknown openid" }, 401);
  const granted = await pool.query<{ permission: string }>({
    name: "permissions",
    text: "select distinct permission from user_roles join role_permissions using (role) where user_id = $1",
    values: [user],
  });
  const mayRead = granted.rows.some(({ permission }) => permission === "order:read:own");
  return mayRead ? c.json({ orders: [] }) : c.json({ error: "not allowed" }, 403);
});
serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, (address) => tellParent(address));
