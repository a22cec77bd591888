// The shop's back end: a users table and orders that were there before Hufu, and Express.
import { randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import express, { type Express, type Request } from "express";
import { createHufu, type Hufu, type HufuOptions } from "hufu";
import { authOf, createGuard, mount } from "hufu/express";
import { openPayments } from "./payments.ts";

export interface ShopBackend {
  readonly app: Express;
  readonly hufu: Hufu;
  close(): Promise<void>;
}

interface Order {
  readonly id: string;
  readonly owner: string;
  readonly item: string;
  /** In fen. */
  readonly amount: number;
  readonly paid: number;
}

/** Everything costs the same here, in fen. */
const PRICE = 1990;

/**
 * @param hufuOptions where Hufu is reached, its secret, its database and the app's secret
 * @param file the shop's own database
 */
export async function openShopBackend(
  hufuOptions: Pick<HufuOptions, "issuer" | "secret" | "database" | "apps" | "guards" | "tokens" | "environment">,
  file: string,
): Promise<ShopBackend> {
  const shop = new DatabaseSync(file);
  shop.exec(`
    create table if not exists users (id integer primary key, openid text unique, inviter text);
    create table if not exists orders (
      id text primary key, owner text not null, item text not null, amount integer not null, paid integer not null
    );
  `);
  const findUser = shop.prepare("select id from users where openid = ?");
  const addUser = shop.prepare("insert into users (openid, inviter) values (?, ?) on conflict do nothing");
  const findOrders = shop.prepare("select * from orders where owner = ? order by rowid desc");
  const findOrder = shop.prepare("select * from orders where id = ?");
  const addOrder = shop.prepare("insert into orders values (?, ?, ?, ?, 0)");
  const payments = openPayments(shop);
  const ordersOf = (owner: string): Order[] => findOrders.all(owner) as object[] as Order[];
  const order = (id: string): Order | undefined => findOrder.get(id) as Order | undefined;

  const hufu = await createHufu({
    ...hufuOptions,
    roles: { member: ["order:read:own", "order:create", "order:pay:own"] },
    defaultRoles: ["member"],
    // Who is this in our own table? Idempotent, as it has to be.
    resolveUser: ({ openid }, { context }) => {
      addUser.run(openid, inviterIn(context));
      return { userId: Number(findUser.get(openid)?.["id"]) };
    },
  });

  const app = express();
  mount(app, hufu);
  const guard = createGuard(hufu);

  app.get("/orders", guard("order:read:own"), (request, response) => {
    const owner = authOf(request).uid ?? "";
    response.json({ orders: ordersOf(owner).map(onWire) });
  });
  app.post("/orders", express.json(), guard("order:create"), (request, response) => {
    const { item }: { item?: unknown } = request.body ?? {};
    if (typeof item !== "string" || item.length === 0 || item.length > 100) {
      response.status(400).json({ error: "item: 1 to 100 characters" });
      return;
    }
    const id = randomUUID();
    addOrder.run(id, authOf(request).uid ?? "", item, PRICE);
    response.status(201).json({ id, item, amount: PRICE, paid: false });
  });
  const ownerOfOrder = (request: Request<{ id: string }>) => order(request.params.id)?.owner;
  // Only if WeChat has confirmed the user within five minutes; the client sees to that by itself.
  const mayPay = guard<Request<{ id: string }>>("order:pay", { owner: ownerOfOrder, maxAge: 300 });
  app.put("/orders/:id/payment", express.json(), mayPay, async (request: Request<{ id: string }>, response) => {
    const { id } = request.params;
    const wanted = order(id);
    if (wanted === undefined) {
      response.status(404).json({ error: "no such order" });
      return;
    }
    const { jti } = await hufu.tickets.redeem(authOf(request), {
      ticket: ticketIn(request.body),
      operation: "order.pay",
      // From our own table: what the customer has agreed to must be the same.
      parameters: { order: id, amount: wanted.amount },
      redeemId: id,
    });
    payments.pay(jti, wanted);
    response.json(onWire({ ...wanted, paid: 1 }));
  });
  app.use(guard.refusals);

  return {
    app,
    hufu,
    async close() {
      await hufu.close();
      shop.close();
    },
  };
}

function onWire({ id, item, amount, paid }: Order): object {
  return { id, item, amount, paid: paid === 1 };
}

/** Without a ticket the empty text, which is none. */
function ticketIn(body: unknown): string {
  if (typeof body !== "object" || body === null || !("ticket" in body)) return "";
  return typeof body.ticket === "string" ? body.ticket : "";
}

/** The client's word about who sent it: untrusted, so only its shape is taken. */
function inviterIn(context: unknown): string | null {
  if (typeof context !== "object" || context === null || !("inviter" in context)) return null;
  return typeof context.inviter === "string" ? context.inviter.slice(0, 64) : null;
}
