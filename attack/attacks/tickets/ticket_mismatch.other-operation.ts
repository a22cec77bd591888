import { defineAttack } from "../../lab/attack.ts";
import { redeem, ticketOf } from "../../lab/ticket.ts";

export default defineAttack({
  title: "A ticket for a payment is used for a refund",
  refusal: "400 ticket_mismatch",
  needs: ["tickets"],
  async run(target) {
    const ticket = await ticketOf(target, await target.signIn("alice"));
    return redeem(target, ticket, { changes: { operation: "order.refund" } });
  },
});
