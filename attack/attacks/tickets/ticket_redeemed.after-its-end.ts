import { defineAttack } from "../../lab/attack.ts";
import { redeem, ticketOf } from "../../lab/ticket.ts";

export default defineAttack({
  title: "A redeemed ticket is tried again an hour later",
  refusal: "409 ticket_redeemed",
  needs: ["tickets"],
  async run(target) {
    const ticket = await ticketOf(target, await target.signIn("alice"));
    await redeem(target, ticket);
    await target.pass(3_600_000);
    return redeem(target, ticket, { changes: { redeem_id: "order-2" } });
  },
});
