import { defineAttack } from "../../lab/attack.ts";
import { altered, partsOf } from "../../lab/forging.ts";
import { redeem, ticketOf } from "../../lab/ticket.ts";

export default defineAttack({
  title: "Each claim of a ticket is changed under its signature",
  refusal: "400 ticket_invalid",
  needs: ["tickets"],
  async run(target) {
    const session = await target.signIn("alice");
    const ticket = await ticketOf(target, session);
    const other = partsOf(await ticketOf(target, await target.signIn("mallory"))).claims;
    const names = ["sub", "sid", "jti", "parameters_sha256"];
    const changed = names.filter((name) => partsOf(ticket).claims[name] !== other[name]);
    const tampered = [
      ...changed.map((name) => altered(ticket, { claims: { [name]: other[name] } })),
      altered(ticket, { claims: { operation: "order.refund" } }),
      altered(ticket, { claims: { exp: Number(partsOf(ticket).claims["exp"]) + 3600 } }),
      altered(ticket, { claims: { client_id: "wx0000000000000002" } }),
      altered(ticket, { header: { typ: "JWT" } }),
    ];
    return Promise.all(tampered.map((text) => redeem(target, text)));
  },
});
