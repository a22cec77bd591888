import type { Members } from "./forging.ts";
import type { Answer } from "./http.ts";
import { basic, form } from "./http.ts";
import type { Session, Target } from "./target.ts";

/** What the user agreed to on the screen: the own order, at its price. */
export const PURPOSE = { operation: "order.pay", parameters: { order: 1, amount: 1990 } };

/** A ticket of this session. */
export async function ticketOf(target: Target, session: Session, purpose: Members = PURPOSE): Promise<string> {
  const { json, text } = await askForTicket(target, session.access, JSON.stringify(purpose));
  const { ticket } = json;
  if (typeof ticket !== "string") throw new Error(`the lab gets no ticket: ${text}`);
  return ticket;
}

/** `POST /tickets` with any access token and any body. */
export function askForTicket(target: Target, access: string, body: string): Promise<Answer> {
  return post(target, "/tickets", access, body);
}

/** A back end that may redeem does so; `changes` replaces members, `body` the whole text. */
export async function redeem(
  target: Target,
  ticket: string,
  { changes = {}, body, by = 0 }: { readonly changes?: Members; readonly body?: string; readonly by?: number } = {},
): Promise<Answer> {
  const text = body ?? JSON.stringify({ ...PURPOSE, ticket, redeem_id: "order-1", ...changes });
  return post(target, "/tickets/redeem", await redeemerToken(target, by), text);
}

/** The shop's own route redeems by itself: the order comes from the path, the price from its table. */
export function payWith(target: Target, session: Session, ticket: string, order = 1): Promise<Answer> {
  const headers = { ...target.credentials(session), "content-type": "application/json" };
  return target.ask(`/orders/${order}/payment`, headers, { method: "PUT", body: JSON.stringify({ ticket }) });
}

/** As `POST /tickets/redeem` of any caller. */
export function redeemAs(target: Target, access: string, ticket: string): Promise<Answer> {
  return post(target, "/tickets/redeem", access, JSON.stringify({ ...PURPOSE, ticket, redeem_id: "order-1" }));
}

async function redeemerToken(target: Target, by: number): Promise<string> {
  const redeemer = target.redeemers[by];
  if (redeemer === undefined) throw new TypeError(`the lab has no redeemer ${by}`);
  const { json } = await target.askIssuer("/oauth/token", {
    ...form({ grant_type: "client_credentials" }),
    headers: { authorization: basic(redeemer) },
  });
  return String(json["access_token"]);
}

function post(target: Target, path: string, access: string, body: string): Promise<Answer> {
  const headers = { authorization: `Bearer ${access}`, "content-type": "application/json" };
  return target.askIssuer(path, { method: "POST", headers, body });
}
