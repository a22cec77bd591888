import { defineAttack } from "../../lab/attack.ts";
import { altered } from "../../lab/forging.ts";

export default defineAttack({
  title: "The claims are changed to the role admin",
  refusal: "401 token_signature",
  needs: ["tokens"],
  async run(target) {
    const { access } = await target.signIn("alice");
    return target.ask("/admin/orders", {
      authorization: `Bearer ${altered(access, { claims: { roles: ["admin"] } })}`,
    });
  },
});
