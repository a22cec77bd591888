import { defineAttack } from "../../lab/attack.ts";
import { form } from "../../lab/http.ts";

export default defineAttack({
  title: "A broken proof is sent with a refresh",
  refusal: "400 proof_invalid",
  needs: ["clients"],
  async run(target) {
    const { refresh } = await target.signIn("alice");
    return target.askIssuer("/oauth/token", {
      ...form({ grant_type: "refresh_token", client_id: target.clientId, refresh_token: refresh }),
      headers: { dpop: "a.b.c" },
    });
  },
});
