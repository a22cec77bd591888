import { defineAttack } from "../../lab/attack.ts";
import { bind } from "../../lab/bound.ts";
import { askForTicket, PURPOSE } from "../../lab/ticket.ts";

export default defineAttack({
  title: "A copied token of a bound session asks for a ticket without its key",
  refusal: "401 proof_missing",
  needs: ["tickets"],
  async run(target) {
    const { access } = await bind(target);
    return askForTicket(target, access, JSON.stringify(PURPOSE));
  },
});
