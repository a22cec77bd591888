import type { DatabaseSync } from "node:sqlite";
import express, { type Express } from "express";

/** A user as the naive back end stores one. */
export interface NaiveUser {
  readonly id: number;
  readonly openid: string;
  readonly roles: readonly string[];
}

/** An order of the naive back end; `owner` is the id of a user. */
export interface NaiveOrder {
  readonly id: number;
  readonly owner: number;
  readonly item: string;
}

const TABLES = `
  create table users (id integer primary key, openid text not null unique);
  create table user_roles (user_id integer not null, role text not null, primary key (user_id, role));
  create table role_permissions (role text not null, permission text not null, primary key (role, permission));
  create table orders (id integer primary key, owner integer not null, item text not null);
  create index orders_owner on orders (owner);
  insert into role_permissions values ('member', 'order:read:own'), ('admin', 'order:read:all');
`;

/** Makes the tables, and the two roles `member` and `admin`. The database must be empty. */
export function createNaiveTables(database: DatabaseSync): void {
  database.exec(TABLES);
}

/** Adds users, each with their roles, and orders in one transaction. */
export function fillNaiveTables(
  database: DatabaseSync,
  rows: { readonly users: readonly NaiveUser[]; readonly orders: readonly NaiveOrder[] },
): void {
  const addUser = database.prepare("insert into users (id, openid) values (?, ?)");
  const addRole = database.prepare("insert into user_roles (user_id, role) values (?, ?)");
  const addOrder = database.prepare("insert into orders (id, owner, item) values (?, ?, ?)");
  database.exec("begin");
  for (const { id, openid, roles } of rows.users) {
    addUser.run(id, openid);
    for (const role of roles) addRole.run(id, role);
  }
  for (const { id, owner, item } of rows.orders) addOrder.run(id, owner, item);
  database.exec("commit");
}

/**
 * The back end that the question imagined: the openid is the whole identity, and two queries come before each answer.
 * `GET /orders` and `GET /orders/:id`, with the header `X-Openid`. Anyone who knows an openid can act as that user: never deploy it.
 */
export function createNaiveBackend({ database }: { readonly database: DatabaseSync }): Express {
  const findUser = database.prepare("select id from users where openid = ?");
  const findPermissions = database.prepare(
    "select distinct permission from user_roles join role_permissions using (role) where user_id = ?",
  );
  const allOrders = database.prepare("select id, owner, item from orders order by id");
  const ordersOf = database.prepare("select id, owner, item from orders where owner = ? order by id");
  const findOrder = database.prepare("select id, owner, item from orders where id = ?");

  const app = express();
  app.disable("x-powered-by");

  app.use((request, response, next) => {
    const user = findUser.get(request.get("x-openid") ?? "");
    if (user === undefined) {
      response.status(401).json({ error: "unknown openid" });
      return;
    }
    response.locals["userId"] = user["id"];
    response.locals["permissions"] = findPermissions.all(user["id"] ?? null).map((row) => row["permission"]);
    next();
  });

  app.get("/orders", (_request, response) => {
    const { userId, permissions } = response.locals;
    if (permissions.includes("order:read:all")) response.json({ orders: allOrders.all() });
    else if (permissions.includes("order:read:own")) response.json({ orders: ordersOf.all(userId) });
    else response.status(403).json({ error: "not allowed" });
  });

  app.get("/orders/:id", (request, response) => {
    const { userId, permissions } = response.locals;
    const order = findOrder.get(request.params.id);
    if (order === undefined) response.status(404).json({ error: "no such order" });
    else if (permissions.includes("order:read:all")) response.json(order);
    else if (permissions.includes("order:read:own") && order["owner"] === userId) response.json(order);
    else response.status(403).json({ error: "not allowed" });
  });

  return app;
}
