import { defineAttack } from "../../lab/attack.ts";
import { payWith, ticketOf } from "../../lab/ticket.ts";

export default defineAttack({
  title: "A copied ticket is brought by another user, and by another session of the same user",
  refusal: "400 ticket_mismatch",
  needs: ["tickets"],
  async run(target) {
    const ticket = await ticketOf(target, await target.signIn("alice"));
    return [
      await payWith(target, await target.signIn("mallory"), ticket),
      await payWith(target, await target.signIn("alice"), ticket),
    ];
  },
});
