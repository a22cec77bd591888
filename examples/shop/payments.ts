// What was paid. A ticket says what the customer agreed to; here it is spent, in the shop's own transaction.
import type { DatabaseSync } from "node:sqlite";

export interface Payments {
  /**
   * Pays an order with a redeemed ticket. A ticket pays once and an order is paid once: repeated, nothing changes.
   * @param ticket its `jti`
   */
  pay(ticket: string, order: { readonly id: string; readonly amount: number }): void;
}

export function openPayments(shop: DatabaseSync): Payments {
  shop.exec(
    "create table if not exists payments (ticket text primary key, order_id text not null unique, amount integer not null)",
  );
  const addPayment = shop.prepare("insert into payments values (?, ?, ?) on conflict do nothing");
  const markPaid = shop.prepare("update orders set paid = 1 where id = ?");
  return {
    pay(ticket, { id, amount }) {
      shop.exec("begin immediate");
      try {
        if (addPayment.run(ticket, id, amount).changes === 1) markPaid.run(id);
        shop.exec("commit");
      } catch (error) {
        shop.exec("rollback");
        throw error;
      }
    },
  };
}
