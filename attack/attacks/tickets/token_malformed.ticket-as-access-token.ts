import { defineAttack } from "../../lab/attack.ts";
import { askForTicket, PURPOSE, ticketOf } from "../../lab/ticket.ts";

export default defineAttack({
  title: "A ticket is used as an access token",
  refusal: "401 token_malformed",
  needs: ["tickets"],
  async run(target) {
    const ticket = await ticketOf(target, await target.signIn("alice"));
    return [
      await target.ask("/orders", { authorization: `Bearer ${ticket}` }),
      await target.askIssuer("/me", { headers: { authorization: `Bearer ${ticket}` } }),
      await askForTicket(target, ticket, JSON.stringify(PURPOSE)),
    ];
  },
});
