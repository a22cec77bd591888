import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A parameter is sent twice",
  refusal: "400 parameter_repeated",
  needs: ["clients"],
  async run(target) {
    return target.askIssuer("/oauth/token", {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: `grant_type=refresh_token&client_id=${target.clientId}&client_id=other&refresh_token=x`,
    });
  },
});
