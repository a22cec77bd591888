// The naive way on Hono: the two queries of the naive back end before a handler that does nothing.
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { scratchFolder } from "../scratch-folder.ts";
import { fillNaively } from "./naive-tables.ts";
import { tellParent } from "./tell-parent.ts";

const database = new DatabaseSync(join(scratchFolder(), "naive.db"));
fillNaively(database, Number(process.argv[2]));
const findUser = database.prepare("select id from users where openid = ?");
const findPermissions = database.prepare(
  "select distinct permission from user_roles join role_permissions using (role) where user_id = ?",
);
// Rows as arrays: node:sqlite's own objects cost more than the queries.
findUser.setReturnArrays(true);
findPermissions.setReturnArrays(true);
const firstOf = (row: unknown): unknown => (Array.isArray(row) ? row[0] : undefined);

const app = new Hono();
app.get("/around", (c) => {
  const user = firstOf(findUser.get(c.req.header("x-openid") ?? ""));
  if (typeof user !== "number") return c.json({ error: "unknown openid" }, 401);
  const mayRead = findPermissions.all(user).some((row) => firstOf(row) === "order:read:own");
  return mayRead ? c.json({ orders: [] }) : c.json({ error: "not allowed" }, 403);
});
serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, (address) => tellParent(address));
