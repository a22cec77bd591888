import { administrator } from "../../lab/administration.ts";
import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A page of another origin sends a cookie and no Authorization header",
  refusal: "401 token_missing",
  needs: ["administration"],
  async run(target) {
    const rita = await administrator(target, ["root"]);
    const headers = { cookie: `access_token=${rita.access}; session=${rita.access}`, origin: "https://evil.example" };
    return target.askIssuer("/admin/revoke", { method: "POST", headers, body: "all=true&reason=because" });
  },
});
