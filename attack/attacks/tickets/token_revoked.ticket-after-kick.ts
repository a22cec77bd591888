import { defineAttack } from "../../lab/attack.ts";
import { askForTicket, PURPOSE } from "../../lab/ticket.ts";

export default defineAttack({
  title: "A kicked session asks for a ticket",
  refusal: "401 token_revoked",
  needs: ["tickets"],
  async run(target) {
    const session = await target.signIn("alice");
    await target.kick(session);
    return askForTicket(target, session.access, JSON.stringify(PURPOSE));
  },
});
