import { defineAttack } from "../../lab/attack.ts";
import { form } from "../../lab/http.ts";

export default defineAttack({
  title: "A mini program asks for a back end's token",
  refusal: "400 grant_not_allowed",
  needs: ["clients"],
  async run(target) {
    return target.askIssuer("/oauth/token", form({ grant_type: "client_credentials", client_id: target.clientId }));
  },
});
