import { askAdmin } from "../../lab/administration.ts";
import { defineAttack } from "../../lab/attack.ts";

export default defineAttack({
  title: "A user without any permission of administration lists users",
  refusal: "403 permission_denied",
  needs: ["administration"],
  async run(target) {
    const bob = await target.signIn("bob");
    return askAdmin(target, bob, "/users");
  },
});
