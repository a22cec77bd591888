import { defineAttack } from "../../lab/attack.ts";
import { macWith } from "../../lab/forging.ts";

export default defineAttack({
  title: "The token is signed by HMAC with the secret that tutorials print",
  refusal: "401 token_malformed",
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.ask("/admin/orders", {
      authorization: `Bearer ${macWith(access, "access_secret", { claims: { role: "admin", roles: ["admin"] } })}`,
    });
  },
});
