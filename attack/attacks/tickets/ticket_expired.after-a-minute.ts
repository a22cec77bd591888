import { defineAttack } from "../../lab/attack.ts";
import { redeem, ticketOf } from "../../lab/ticket.ts";

export default defineAttack({
  title: "A ticket is kept for later",
  refusal: "400 ticket_expired",
  needs: ["tickets"],
  async run(target) {
    const ticket = await ticketOf(target, await target.signIn("alice"));
    await target.pass(60_000);
    return redeem(target, ticket);
  },
});
