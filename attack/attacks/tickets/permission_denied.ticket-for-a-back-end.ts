import { defineAttack } from "../../lab/attack.ts";
import { askForTicket, PURPOSE } from "../../lab/ticket.ts";
import { backEndToken } from "../../targets/hufu.ts";

export default defineAttack({
  title: "A back end asks for a ticket, as if it were a user",
  refusal: "403 permission_denied",
  needs: ["tickets"],
  async run(target) {
    return askForTicket(target, await backEndToken(target), JSON.stringify(PURPOSE));
  },
});
