import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "The token endpoint gets JSON with a nested object",
  refusal: "400 content_type_unsupported",
  needs: ["clients"],
  async run(target) {
    return target.askIssuer("/oauth/token", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ grant_type: "refresh_token", refresh_token: { $ne: "" }, __proto__: { admin: true } }),
    });
  },
});
