import { defineAttack } from "../../lab/attack.ts";
import { payWith, ticketOf } from "../../lab/ticket.ts";

export default defineAttack({
  title: "A ticket for the own order pays another one",
  refusal: "400 ticket_mismatch",
  needs: ["tickets"],
  async run(target) {
    const session = await target.signIn("alice");
    return payWith(target, session, await ticketOf(target, session), 2);
  },
});
