import { defineAttack } from "../../lab/attack.ts";
import { redeem, ticketOf } from "../../lab/ticket.ts";

export default defineAttack({
  title: "Another back end redeems again under the first one’s redeem_id",
  refusal: "409 ticket_redeemed",
  needs: ["tickets"],
  async run(target) {
    const ticket = await ticketOf(target, await target.signIn("alice"));
    await redeem(target, ticket);
    return redeem(target, ticket, { by: 1 });
  },
});
