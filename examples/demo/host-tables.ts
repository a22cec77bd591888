import { DatabaseSync } from "node:sqlite";

/** A row of the host's own `users`. */
export interface HostUser {
  readonly id: number;
  readonly openid: string;
  readonly role: string;
}

/** A row of the host's own `orders`; `owner` is the id of a user, as text, as tokens carry it. */
export interface Order {
  readonly id: number;
  readonly owner: string;
  readonly item: string;
}

/** What the shop had before Hufu came: its own users and orders. */
export interface HostTables {
  /** Whose openid this is; a stranger becomes a new member. */
  userOf(openid: string): HostUser;
  orders(owner?: string): readonly Order[];
  order(id: string): Order | undefined;
  addUser(user: HostUser): void;
  addOrder(order: Order): void;
  close(): void;
}

/** Opens the shop's database, and makes its tables if there are none. */
export function openHostTables(file: string): HostTables {
  const database = new DatabaseSync(file);
  database.exec(`
    create table if not exists users (id integer primary key, openid text not null unique, role text not null);
    create table if not exists orders (id integer primary key, owner text not null, item text not null);
  `);
  const find = database.prepare("select id, openid, role from users where openid = ?");
  const meet = database.prepare("insert into users (openid, role) values (?, 'member') on conflict do nothing");
  const addUser = database.prepare("insert into users (id, openid, role) values (?, ?, ?)");
  const all = database.prepare("select id, owner, item from orders order by id");
  const own = database.prepare("select id, owner, item from orders where owner = ? order by id");
  const one = database.prepare("select id, owner, item from orders where id = ?");
  const addOrder = database.prepare("insert into orders (id, owner, item) values (?, ?, ?)");

  return Object.freeze({
    userOf(openid: string): HostUser {
      meet.run(openid);
      const row = find.get(openid);
      if (row === undefined) throw new Error("a user that was just met is gone");
      return { id: Number(row["id"]), openid, role: String(row["role"]) };
    },
    orders: (owner?: string) => (owner === undefined ? all.all() : own.all(owner)).map(toOrder),
    order(id: string): Order | undefined {
      const row = one.get(id);
      return row === undefined ? undefined : toOrder(row);
    },
    addUser: ({ id, openid, role }: HostUser): void => void addUser.run(id, openid, role),
    addOrder: ({ id, owner, item }: Order): void => void addOrder.run(id, owner, item),
    close: () => database.close(),
  });
}

function toOrder(row: Readonly<Record<string, unknown>>): Order {
  return { id: Number(row["id"]), owner: String(row["owner"]), item: String(row["item"]) };
}
