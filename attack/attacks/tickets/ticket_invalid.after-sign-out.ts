import { defineAttack } from "../../lab/attack.ts";
import { redeem, ticketOf } from "../../lab/ticket.ts";

export default defineAttack({
  title: "A ticket is redeemed after its user has signed out",
  refusal: "400 ticket_invalid",
  needs: ["tickets"],
  async run(target) {
    const session = await target.signIn("alice");
    const ticket = await ticketOf(target, session);
    await target.signOut(session);
    return redeem(target, ticket);
  },
});
