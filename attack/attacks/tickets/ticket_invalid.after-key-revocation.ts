import { defineAttack } from "../../lab/attack.ts";
import { redeem, ticketOf } from "../../lab/ticket.ts";

export default defineAttack({
  title: "A ticket was signed by a key that leaked and was revoked",
  refusal: "400 ticket_invalid",
  needs: ["tickets"],
  async run(target) {
    const ticket = await ticketOf(target, await target.signIn("alice"));
    await target.revokeKeys();
    return redeem(target, ticket);
  },
});
