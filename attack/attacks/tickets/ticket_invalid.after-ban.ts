import { defineAttack } from "../../lab/attack.ts";
import { redeem, ticketOf } from "../../lab/ticket.ts";

export default defineAttack({
  title: "A ticket outlives the ban of its user",
  refusal: "400 ticket_invalid",
  needs: ["tickets"],
  async run(target) {
    const session = await target.signIn("alice");
    const ticket = await ticketOf(target, session);
    await target.ban(session);
    return redeem(target, ticket);
  },
});
