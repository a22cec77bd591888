/** The data behind every target: each user has one order. */
export const USERS = ["alice", "bob", "mallory"] as const;

export interface Order {
  readonly id: number;
  readonly owner: string;
  readonly item: string;
}

/** What each order costs, in fen. */
export const PRICE = 1990;

export const ORDERS: readonly Order[] = USERS.map((owner, index) => ({ id: index + 1, owner, item: `${owner}'s tea` }));

export function orderOf(user: string): Order {
  const order = ORDERS.find(({ owner }) => owner === user);
  if (order === undefined) throw new TypeError(`the lab has no order of ${user}`);
  return order;
}
