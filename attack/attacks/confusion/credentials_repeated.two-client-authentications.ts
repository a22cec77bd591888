import { defineAttack } from "../../lab/attack.ts";
import { basic, form } from "../../lab/http.ts";

export default defineAttack({
  title: "A client authenticates by header and by form at once",
  refusal: "400 credentials_repeated",
  needs: ["clients"],
  async run(target) {
    return target.askIssuer("/oauth/token", {
      ...form({ grant_type: "client_credentials", client_id: target.backEnd.id, client_secret: target.backEnd.secret }),
      headers: { authorization: basic(target.backEnd) },
    });
  },
});
