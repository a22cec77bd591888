import { defineAttack } from "../../lab/attack.ts";
import { redeem, ticketOf } from "../../lab/ticket.ts";

export default defineAttack({
  title: "A redeemed ticket is redeemed again for another order of the same kind",
  refusal: "409 ticket_redeemed",
  needs: ["tickets"],
  async run(target) {
    const ticket = await ticketOf(target, await target.signIn("alice"));
    await redeem(target, ticket);
    return redeem(target, ticket, { changes: { redeem_id: "order-2" } });
  },
});
